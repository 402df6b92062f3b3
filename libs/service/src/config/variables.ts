import { FAIL_POINTS, type FailPoint } from '@offramp/log';
import { z } from 'zod';
import { retentionSchema } from './retention.js';

/** What a reader of the generated table, or of an error message, is told of a variable. */
export interface VariableNotes {
  readonly about: string;
  /** What is allowed, in words. */
  readonly allowed: string;
  /** As it would be written; absent: none. */
  readonly default?: string;
  /** Never shown, not even in an error message. */
  readonly secret?: boolean;
}

export const variableNotes = z.registry<VariableNotes>();

function variable<Schema extends z.ZodType>(schema: Schema, notes: VariableNotes): Schema {
  variableNotes.add(schema, notes);
  return schema;
}

const number = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'is not a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, 'is out of range');

/** Declared, so that it is not taken for a typing error, and refused until it does something. */
const later = (what: string) =>
  z
    .string()
    .refine(() => false, `comes with ${what}, which is not part of this version`)
    .optional();

const BROKERS = /^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/;
export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

const FAIL_POINT = new RegExp(`^(${FAIL_POINTS.join('|')})(:[1-9]\\d{0,5})?(:stop)?$`);

const ASSESSORS_LATER = /^(built-in|built-in\+encoder|openai:.*)$/;
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** The environment, CONTRACT §5. One schema: what is read, checked, documented and given a default stands here only. */
export const environmentSchema = z.object({
  OFFRAMP_PORT: variable(number(0, 65_535).prefault('8420'), {
    about: 'TCP port of the HTTP interface; 0 takes any free one.',
    allowed: 'a whole number from 0 to 65535',
    default: '8420',
  }),
  OFFRAMP_HOST: variable(
    z
      .string()
      .regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'is not an address')
      .prefault('127.0.0.1'),
    {
      about:
        'Address to listen on. On a loopback address no key is needed; on any other, nothing starts before there is one ' +
        '(`offramp keys create`).',
      allowed: 'an address or a host name: 127.0.0.1, ::1, 0.0.0.0',
      default: '127.0.0.1',
    },
  ),
  OFFRAMP_DATA: variable(z.string().prefault('./data'), {
    about: 'Directory of the standalone mode: log, facts, read models and lock file.',
    allowed: 'a path; the directory is created where it is missing',
    default: './data',
  }),
  OFFRAMP_KAFKA_BROKERS: variable(z.string().regex(BROKERS, 'is not a list of brokers').optional(), {
    about: 'The distributed mode: some brokers of the cluster; the rest is found by them. Standalone ignores it.',
    allowed: 'host:port, more with commas between',
  }),
  OFFRAMP_KAFKA_SSL: variable(z.enum(['true', 'false'], 'is not a choice').prefault('false'), {
    about: "Speaks TLS with the brokers, whose certificates are checked by the system's authorities.",
    allowed: 'true or false',
    default: 'false',
  }),
  OFFRAMP_KAFKA_SASL_MECHANISM: variable(z.enum(SASL_MECHANISMS, 'is not a mechanism').optional(), {
    about: 'How to say to the brokers who we are; with the two variables below.',
    allowed: SASL_MECHANISMS.join(', '),
  }),
  OFFRAMP_KAFKA_SASL_USERNAME: variable(z.string().optional(), {
    about: 'The name for it.',
    allowed: 'a name',
  }),
  OFFRAMP_KAFKA_SASL_PASSWORD_FILE: variable(z.string().optional(), {
    about: 'The file that holds the password for it, so that it stands in no environment.',
    allowed: 'a path',
  }),
  OFFRAMP_KAFKA_SESSION: variable(number(500, 300_000).prefault('10000'), {
    about:
      'How long a process may not be heard of before its partitions go to others. Shorter ones notice a dead process ' +
      'sooner, and take a slow one for dead; the brokers have limits of their own (`group.min.session.timeout.ms`).',
    allowed: 'milliseconds, from 500 to 300000',
    default: '10000',
  }),
  OFFRAMP_DATABASE_URL: variable(
    z
      .string()
      .regex(/^postgres(ql)?:\/\/\S+$/, 'is not a URL of Postgres')
      .optional(),
    {
      about:
        'The Postgres server of the read models, in the distributed mode; `?sslmode=verify-full` and `sslrootcert=` for TLS. ' +
        'Standalone brings its own and ignores it.',
      allowed: 'postgres://user:password@host:port/database',
      secret: true,
    },
  ),
  OFFRAMP_DATABASE_CONNECTIONS: variable(number(1, 200).prefault('10'), {
    about: 'Connections to that server that a process may hold.',
    allowed: 'a whole number from 1 to 200',
    default: '10',
  }),
  OFFRAMP_TOPIC_PREFIX: variable(
    z
      .string()
      .regex(/^[A-Za-z0-9._-]{0,100}$/, 'is not a prefix')
      .prefault('offramp.'),
    {
      about: 'What the names of the topics begin with.',
      allowed: 'up to 100 characters of A-Z a-z 0-9 . _ -',
      default: 'offramp.',
    },
  ),
  OFFRAMP_PARTITIONS: variable(number(1, 256).optional(), {
    about:
      'Partitions of every topic, 8 where it is not set. Fixed when the log is created; another number is refused later.',
    allowed: 'a whole number from 1 to 256',
  }),
  OFFRAMP_CONTENT: variable(retentionSchema.prefault('keep:30d'), {
    about: 'How long texts of messages are kept, apart from the log; `off` stores none.',
    allowed: 'off, or keep: with hours or days, such as keep:12h or keep:30d',
    default: 'keep:30d',
  }),
  OFFRAMP_COMMENTS: variable(retentionSchema.prefault('keep:400d'), {
    about: 'How long comments on feedback, and reasons of reviews and policies, are kept; `off` stores none.',
    allowed: 'off, or keep: with hours or days, such as keep:400d',
    default: 'keep:400d',
  }),
  OFFRAMP_ASSESSOR: variable(
    z
      .string()
      .refine((name) => !ASSESSORS_LATER.test(name), 'comes later')
      .pipe(z.enum(['platform', 'rules'], 'is not an assessor'))
      .prefault('rules'),
    {
      about:
        'Who assesses messages, and fills in the risk that a platform left out. `platform`: only the platform itself.',
      allowed: 'platform or rules',
      default: 'rules',
    },
  ),
  OFFRAMP_ASSESSOR_KEY_FILE: variable(later('the assessor openai:URL'), {
    about: 'File with the key of a remote assessor. Comes with that assessor.',
    allowed: 'not set',
  }),
  OFFRAMP_PROJECT: variable(z.enum(['all', 'decisions'], 'is not a choice').prefault('all'), {
    about:
      'What the read models hold: every message, or threads from the first message on about which the decider said anything, ' +
      'so that rows are in proportion to trouble. The same for every projector; a change counts from then on, and ' +
      '`offramp rebuild` makes it count for all.',
    allowed: 'all or decisions',
    default: 'all',
  }),
  OFFRAMP_FAIL_POINT: variable(
    z
      .string()
      .regex(FAIL_POINT, 'is not a fail point')
      .transform((text) => {
        const [point, count] = text.split(':');
        const action = text.endsWith(':stop') ? 'stop' : 'die';
        return { point: point as FailPoint, count: Number(count) || 1, action } as const;
      })
      .optional(),
    {
      about:
        'For tests of faults only: the process dies, as by `kill -9`, or stops, as by SIGSTOP, when it passes this point for ' +
        'the COUNTth time.',
      allowed: `NAME, NAME:COUNT or NAME:COUNT:stop, with one of ${FAIL_POINTS.join(', ')}`,
    },
  ),
  OFFRAMP_LOG_LEVEL: variable(z.enum(LOG_LEVELS, 'is not a level').prefault('info'), {
    about:
      'From which level on the program logs to standard error, as JSON lines. `debug` adds a line for each request.',
    allowed: LOG_LEVELS.join(', '),
    default: 'info',
  }),
});
