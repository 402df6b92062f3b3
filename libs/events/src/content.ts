import { z } from 'zod';
import { type Envelope, eventSchema } from './envelope.js';
import { actorSchema } from './inbound.js';
import { messageIdSchema } from './ids.js';

/** What a stored text is: a message, a comment on feedback, a reason of a review or of a model's proposal to end. */
export const CONTENT_KINDS = ['message', 'comment', 'review-reason', 'proposal-reason', 'policy-reason'] as const;

/** `data` of every type on `content.v1`, by its name: the only topic that carries what somebody wrote. */
export const contentData = {
  ContentStored: z.object({
    kind: z.enum(CONTENT_KINDS),
    /** The id of the inbound event that this text belongs to. */
    eventId: z.string().min(1).max(2048),
    messageId: messageIdSchema.optional(),
    text: z.string(),
  }),
  /** Absent `messageIds`: everything of the thread. Nothing stored before it may be read again, nor come back. */
  ContentForgotten: z.object({ messageIds: z.array(messageIdSchema).max(1000).optional(), by: actorSchema }),
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
