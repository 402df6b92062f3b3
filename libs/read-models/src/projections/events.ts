import { INBOUND_TYPES, type InboundEvent, type InboundName } from '@offramp/events';
import { NO_ROWS, type Projection } from '../projection/projection.js';
import { jsonText, keyText } from '../projection/sql-values.js';
import { table } from '../projection/table.js';
import { messages } from './messages-table.js';

/** What came in and has no other row at its position, so that a timeline shows everything: repeats are among them. */
export const events = table('events', ['tenant', 'threadId', 'logPartition', 'logOffset'], {
  tenant: 'text',
  threadId: 'text',
  logPartition: 'integer',
  logOffset: 'bigint',
  eventId: 'text',
  type: 'text',
  at: 'timestamptz',
  messageId: 'text?',
  data: 'jsonb',
});

const NAMES = new Map<string, InboundName>(
  (Object.keys(INBOUND_TYPES) as InboundName[]).map((name) => [INBOUND_TYPES[name], name]),
);

export const eventsProjection: Projection<typeof events> = {
  table: events,
  evolve({ event, offset }, rows, { partition }) {
    if (event === null || event.type === INBOUND_TYPES.PolicyActivated) return NO_ROWS;
    const isNewMessage = rows.changesOf(messages).some(({ before }) => before === null);
    if (event.type === INBOUND_TYPES.MessagePosted && isNewMessage) return NO_ROWS;
    return [
      {
        tenant: event.source,
        threadId: event.subject,
        logPartition: partition,
        logOffset: offset,
        eventId: keyText(event.id),
        type: NAMES.get(event.type)!,
        at: event.time,
        messageId: messageIdOf(event),
        data: jsonText(event.data),
      },
    ];
  },
};

function messageIdOf({ data }: InboundEvent): string | null {
  return ('messageId' in data ? data.messageId : undefined) ?? null;
}
