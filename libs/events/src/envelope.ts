import { z } from 'zod';

/** RFC 3339 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const timeSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'A time is RFC 3339 in UTC with milliseconds')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'No such time');

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

export const envelopeSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(2048),
  source: z.string().min(1).max(64),
  subject: z.string().max(256),
  type: z.string().min(1).max(128),
  time: timeSchema,
  data: z.unknown(),
});

export function eventSchema<Type extends string, Data extends z.ZodType>(type: Type, data: Data) {
  return z.object({ ...envelopeSchema.shape, type: z.literal(type), data });
}
