import fc from 'fast-check';
import { DEAD_CAUSES, DEAD_TYPES, type Dead, type DeadName } from '../dead.js';
import { TOPICS } from '../topics.js';
import { events } from './envelopes.js';
import { names, positions, withOptional } from './values.js';

/** Arbitrary valid events of each type on `dead.v1`, by its name. */
export const deadEvents: { readonly [Name in DeadName]: fc.Arbitrary<Dead<Name>> } = {
  RecordRejected: events(
    DEAD_TYPES.RecordRejected,
    withOptional(
      { topic: fc.constant(TOPICS.raw), position: positions, cause: fc.constantFrom(...DEAD_CAUSES) },
      { field: names(64) },
    ),
  ),
};
