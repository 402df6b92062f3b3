import fc from 'fast-check';
import { ACCESS_TYPES, type Access, type AccessName, SCOPES } from '../access.js';
import { events } from './envelopes.js';
import { actors, names } from './values.js';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'];
const keyIds = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 12, maxLength: 12 });
const hashes = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });

/** Arbitrary valid events of each type on `access.v1`, by its name. */
export const accessEvents: { readonly [Name in AccessName]: fc.Arbitrary<Access<Name>> } = {
  KeyCreated: events(
    ACCESS_TYPES.KeyCreated,
    fc.record({
      keyId: keyIds,
      hash: hashes,
      scopes: fc.subarray([...SCOPES], { minLength: 1 }),
      name: names(64),
      by: actors,
    }),
  ),
  KeyRevoked: events(ACCESS_TYPES.KeyRevoked, fc.record({ keyId: keyIds, by: actors })),
};
