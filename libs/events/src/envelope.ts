import { z } from 'zod';
import { ID_LENGTH_MAX, TENANT_PATTERN } from './ids.js';
import { namePattern, nameSchema } from './name.js';

/** RFC 3339 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const timeSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'A time is RFC 3339 in UTC with milliseconds')
  .refine(isTimeOfCalendar, 'No such time');

/** Days that every month has; nearly every time is one of them, and needs no calendar. */
export const ORDINARY_TIME = /^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** Date.parse takes the 30th of February for the 2nd of March, and 24:00 for the next day. */
function isTimeOfCalendar(text: string): boolean {
  if (ORDINARY_TIME.test(text)) return true;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text;
}

/** Who speaks for a partition as a whole (Progress, RecordQuarantined), where no tenant does. */
export const SOURCE_OF_PARTITION = 'offramp';

/** CloudEvents 1.0, structured JSON (https://github.com/cloudevents/spec, core specification). Field order is the wire's. */
export interface Envelope<Type extends string, Data> {
  readonly specversion: '1.0';
  readonly id: string;
  /** The tenant. */
  readonly source: string;
  /** The thread; empty where an event belongs to no thread. */
  readonly subject: string;
  readonly type: Type;
  /** The ingest's clock; of a decision, the time of its input. */
  readonly time: string;
  readonly data: Data;
}

/** The longest is a message's: a tenant of 64, and two ids of 128 characters that take up to 12 each, percent-encoded. */
export const EVENT_ID_LENGTH_MAX = 4096;

export const envelopeSchema = z.object({
  specversion: z.literal('1.0'),
  id: nameSchema(EVENT_ID_LENGTH_MAX),
  source: z.string().regex(TENANT_PATTERN, 'A source is a tenant'),
  subject: z.string().regex(namePattern(0, ID_LENGTH_MAX), 'A subject is a thread id, or empty'),
  type: nameSchema(128),
  time: timeSchema,
  /** Optional here only: a type that is not known yet may have none. */
  data: z.unknown().optional(),
});

export function eventSchema<Type extends string, Data extends z.ZodType>(type: Type, data: Data) {
  return z.object({ ...envelopeSchema.shape, type: z.literal(type), data });
}
