import type { ArmedFailPoint } from '@offramp/log';
import type { z } from 'zod';
import type { Retention } from './retention.js';
import { environmentSchema, variableNotes } from './variables.js';

/** The checked configuration of a process. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** The distributed mode's cluster. */
  readonly kafka: KafkaConfig | undefined;
  /** The distributed mode's Postgres. */
  readonly database: DatabaseConfig | undefined;
  readonly topicPrefix: string;
  /** undefined: what the log was created with, or 8. */
  readonly partitions: number | undefined;
  readonly content: Retention;
  readonly comments: Retention;
  readonly assessor: 'platform' | 'rules';
  readonly project: 'all' | 'decisions';
  /** Where the process is to die, for tests only. */
  readonly failPoint: ArmedFailPoint | undefined;
  readonly logLevel: z.output<typeof environmentSchema>['OFFRAMP_LOG_LEVEL'];
}

export interface KafkaConfig {
  /** `host:port`. */
  readonly brokers: readonly string[];
  readonly ssl: boolean;
  /** How long a member of a group may not be heard of, ms. */
  readonly sessionMs: number;
  readonly sasl: { readonly mechanism: string; readonly username: string; readonly passwordFile: string } | undefined;
}

export interface DatabaseConfig {
  readonly url: string;
  readonly connections: number;
}

export interface ParsedConfig {
  readonly config: Config;
  /** Sentences about what was probably meant otherwise; to be logged once there is a logger. */
  readonly warnings: readonly string[];
}

/** One or more variables are wrong. The message has a line for each: its name, its value, and what is allowed. */
export class ConfigError extends Error {
  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'ConfigError';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'OFFRAMP_';
/** Of tests and tools; the program itself does not read them. */
const NOT_OURS = /^OFFRAMP_(TEST_.*|REQUIRE|SHARED_DATA)$/;

/** Reads the configuration from an environment, where an empty variable counts as not set. Throws ConfigError. */
export function parseConfig(environment: Environment): ParsedConfig {
  const given = Object.entries(environment).filter(([name, value]) => name.startsWith(PREFIX) && value !== '');
  const parsed = environmentSchema.safeParse(Object.fromEntries(given));
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => lineOf(issue, environment)));
  const unknown = given
    .map(([name]) => name)
    .filter((name) => !(name in environmentSchema.shape) && !NOT_OURS.test(name));
  return {
    config: configOf(parsed.data),
    warnings: unknown.map((name) => `${name} is not a variable of Offramp and has no effect; is it spelled right?`),
  };
}

function configOf(variables: z.output<typeof environmentSchema>): Config {
  return {
    port: variables.OFFRAMP_PORT,
    host: variables.OFFRAMP_HOST,
    dataDir: variables.OFFRAMP_DATA,
    kafka: kafkaOf(variables),
    database: databaseOf(variables),
    topicPrefix: variables.OFFRAMP_TOPIC_PREFIX,
    partitions: variables.OFFRAMP_PARTITIONS,
    content: variables.OFFRAMP_CONTENT,
    comments: variables.OFFRAMP_COMMENTS,
    assessor: variables.OFFRAMP_ASSESSOR,
    project: variables.OFFRAMP_PROJECT,
    failPoint: variables.OFFRAMP_FAIL_POINT,
    logLevel: variables.OFFRAMP_LOG_LEVEL,
  };
}

type Variables = z.output<typeof environmentSchema>;

function kafkaOf(variables: Variables): KafkaConfig | undefined {
  const brokers = variables.OFFRAMP_KAFKA_BROKERS?.split(',');
  if (brokers === undefined) return undefined;
  const mechanism = variables.OFFRAMP_KAFKA_SASL_MECHANISM;
  const username = variables.OFFRAMP_KAFKA_SASL_USERNAME;
  const passwordFile = variables.OFFRAMP_KAFKA_SASL_PASSWORD_FILE;
  const ssl = variables.OFFRAMP_KAFKA_SSL === 'true';
  const sessionMs = variables.OFFRAMP_KAFKA_SESSION;
  if (mechanism === undefined) return { brokers, ssl, sessionMs, sasl: undefined };
  if (username !== undefined && passwordFile !== undefined) {
    return { brokers, ssl, sessionMs, sasl: { mechanism, username, passwordFile } };
  }
  const both = 'OFFRAMP_KAFKA_SASL_USERNAME and OFFRAMP_KAFKA_SASL_PASSWORD_FILE';
  throw new ConfigError([`OFFRAMP_KAFKA_SASL_MECHANISM=${mechanism} is not enough. Set ${both}, too.`]);
}

function databaseOf(variables: Variables): DatabaseConfig | undefined {
  const url = variables.OFFRAMP_DATABASE_URL;
  return url === undefined ? undefined : { url, connections: variables.OFFRAMP_DATABASE_CONNECTIONS };
}

function lineOf(issue: z.core.$ZodIssue, environment: Environment): string {
  const name = String(issue.path[0]) as keyof typeof environmentSchema.shape;
  const notes = variableNotes.get(environmentSchema.shape[name]);
  const value = notes?.secret === true ? '***' : withoutCredentials(environment[name] ?? '');
  return `${name}=${value} ${issue.message}. Allowed: ${notes?.allowed ?? 'see the documentation'}.`;
}

/** A password in a URL is a secret wherever it stands. */
function withoutCredentials(value: string): string {
  return value.replace(/\/\/[^/@]*@/g, '//***@');
}
