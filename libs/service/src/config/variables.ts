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

const KAFKA_LATER = { allowed: 'not set', about: 'Comes with the distributed mode.' };

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
  OFFRAMP_KAFKA_BROKERS: variable(later('the distributed mode'), KAFKA_LATER),
  OFFRAMP_KAFKA_SSL: variable(later('the distributed mode'), KAFKA_LATER),
  OFFRAMP_KAFKA_SASL_MECHANISM: variable(later('the distributed mode'), KAFKA_LATER),
  OFFRAMP_KAFKA_SASL_USERNAME: variable(later('the distributed mode'), KAFKA_LATER),
  OFFRAMP_KAFKA_SASL_PASSWORD_FILE: variable(later('the distributed mode'), KAFKA_LATER),
  OFFRAMP_DATABASE_URL: variable(later('the distributed mode'), {
    about: 'A Postgres server for the read models. Comes with the distributed mode; standalone brings its own.',
    allowed: 'not set',
    secret: true,
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
    about: 'What the read models hold: every message, or only what the decider spoke about.',
    allowed: 'all or decisions',
    default: 'all',
  }),
  OFFRAMP_LOG_LEVEL: variable(z.enum(LOG_LEVELS, 'is not a level').prefault('info'), {
    about: 'From which level on the program logs to standard output. `debug` adds a line for each request.',
    allowed: LOG_LEVELS.join(', '),
    default: 'info',
  }),
});
