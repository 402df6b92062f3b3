import { CONTENT_TYPES, type Content, type ContentEvent, messageEventId } from '@offramp/events';
import type { ContentStore } from '../contents/content-store.js';

const START_MS = Date.parse('2026-01-01T00:00:00.000Z');

interface Where {
  readonly tenant?: string;
  readonly thread?: string;
  /** Seconds after the beginning of 2026. */
  readonly second?: number;
}

interface Text extends Where {
  readonly kind?: Content<'ContentStored'>['data']['kind'];
  /** Default: that of the message. */
  readonly eventId?: string;
  readonly messageId?: string;
}

export function stored(text: string, options: Text = {}): ContentEvent {
  const { tenant = 'acme', thread = 'heated', kind = 'message', messageId } = options;
  const eventId = options.eventId ?? messageEventId(tenant, thread, messageId!);
  return event('ContentStored', options, { kind, eventId, ...(messageId === undefined ? {} : { messageId }), text });
}

/** Without ids: the whole thread. */
export function forgotten(messageIds?: readonly string[], where: Where = {}): ContentEvent {
  return event('ContentForgotten', where, { ...(messageIds === undefined ? {} : { messageIds }), by: 'user-1' });
}

function event(name: keyof typeof CONTENT_TYPES, where: Where, data: object): ContentEvent {
  const { tenant = 'acme', thread = 'heated', second = 0 } = where;
  const time = new Date(START_MS + second * 1000).toISOString();
  const type = CONTENT_TYPES[name];
  return { specversion: '1.0', id: `c${second}`, source: tenant, subject: thread, type, time, data } as ContentEvent;
}

/** Appends to what a partition of the topic had before, in one batch. */
export async function applyContents(contents: ContentStore, events: readonly ContentEvent[], partition = 0) {
  const { epoch, next: from } = await contents.claim(partition);
  const entries = events.map((content, at) => ({ offset: from + at, event: content }));
  return contents.apply({ partition, epoch, from, entries, next: from + events.length });
}
