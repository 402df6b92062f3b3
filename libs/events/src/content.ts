import { z } from 'zod';
import { EVENT_ID_LENGTH_MAX, type Envelope, eventSchema } from './envelope.js';
import { actorSchema } from './inbound.js';
import { messageIdSchema } from './ids.js';
import { nameSchema } from './name.js';

/** What a stored text is: a message, a comment on feedback, a reason of a review or of a model's proposal to end. */
export const CONTENT_KINDS = ['message', 'comment', 'review-reason', 'proposal-reason', 'policy-reason'] as const;

/** `data` of every type on `content.v1`, by its name: the only topic that carries what somebody wrote. */
export const contentData = {
  ContentStored: z.object({
    kind: z.enum(CONTENT_KINDS),
    eventId: nameSchema(EVENT_ID_LENGTH_MAX).describe('The inbound event that this text belongs to'),
    messageId: messageIdSchema.optional(),
    text: z.string(),
  }),
  /** Nothing stored before it may be read again, nor come back. */
  ContentForgotten: z.object({
    messageIds: z.array(messageIdSchema).max(1000).optional().describe('Absent: everything of the thread'),
    by: actorSchema,
  }),
} as const;

export const CONTENT_TYPES = {
  ContentStored: 'offramp.content.stored.v1',
  ContentForgotten: 'offramp.content.forgotten.v1',
} as const;

export type ContentName = keyof typeof CONTENT_TYPES;

export type Content<Name extends ContentName> = Envelope<
  (typeof CONTENT_TYPES)[Name],
  z.infer<(typeof contentData)[Name]>
>;

export type ContentEvent = { [Name in ContentName]: Content<Name> }[ContentName];

export const contentSchemas = {
  ContentStored: eventSchema(CONTENT_TYPES.ContentStored, contentData.ContentStored),
  ContentForgotten: eventSchema(CONTENT_TYPES.ContentForgotten, contentData.ContentForgotten),
} as const;
