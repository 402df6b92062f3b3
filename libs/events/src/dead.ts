import { z } from 'zod';
import { type Envelope, eventSchema } from './envelope.js';
import { nameSchema } from './name.js';
import { positionSchema } from './position.js';
import { TOPICS } from './topics.js';

/**
 * Why a record could not be handled. `not-json`: no UTF-8, no JSON, or no object; `too-large`: more than a message may have;
 * `no-tenant`: it does not say whose it is; `invalid`: a field is not what it must be.
 */
export const DEAD_CAUSES = ['not-json', 'too-large', 'no-tenant', 'invalid'] as const;
export type DeadCause = (typeof DEAD_CAUSES)[number];

/** `data` of every type on `dead.v1`, by its name. The bytes stay where they are; no text of them is here. */
export const deadData = {
  RecordRejected: z.object({
    topic: z.enum([TOPICS.raw]).describe('Where the record stands'),
    position: positionSchema,
    cause: z.enum(DEAD_CAUSES),
    field: nameSchema(64).optional().describe('The field that is wrong, where it is one of the contract'),
  }),
} as const;

export const DEAD_TYPES = { RecordRejected: 'offramp.record.rejected.v1' } as const;

export type DeadName = keyof typeof DEAD_TYPES;

export type Dead<Name extends DeadName> = Envelope<(typeof DEAD_TYPES)[Name], z.infer<(typeof deadData)[Name]>>;

export type DeadEvent = { [Name in DeadName]: Dead<Name> }[DeadName];

export const deadSchemas = {
  RecordRejected: eventSchema(DEAD_TYPES.RecordRejected, deadData.RecordRejected),
} as const;
