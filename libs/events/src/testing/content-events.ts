import fc from 'fast-check';
import { CONTENT_KINDS, CONTENT_TYPES } from '../content.js';
import type { Content, ContentEvent, ContentName } from '../content.js';
import { events } from './envelopes.js';
import { actors, messageIds, names, withOptional } from './values.js';

/** Arbitrary valid events of each type on `content.v1`, by its name. A text may hold anything that JSON can. */
export const contentEvents: { readonly [Name in ContentName]: fc.Arbitrary<Content<Name>> } = {
  ContentStored: events(
    CONTENT_TYPES.ContentStored,
    withOptional(
      {
        kind: fc.constantFrom(...CONTENT_KINDS),
        eventId: names(200),
        text: fc.string({ unit: 'binary', maxLength: 40 }),
      },
      { messageId: messageIds },
    ),
  ),
  ContentForgotten: events(
    CONTENT_TYPES.ContentForgotten,
    withOptional({ by: actors }, { messageIds: fc.array(messageIds, { maxLength: 5 }) }),
  ),
};

export const contentEvent: fc.Arbitrary<ContentEvent> = fc.oneof(
  ...Object.values<fc.Arbitrary<ContentEvent>>(contentEvents),
);
