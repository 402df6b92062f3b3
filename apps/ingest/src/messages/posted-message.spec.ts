import { contentCodec, inboundCodec, tenantIdSchema, timeSchema } from '@offramp/events';
import {
  evidences,
  intents,
  messageIds,
  positions,
  tenants,
  threadIds,
  times,
  withOptional,
} from '@offramp/events/testing';
import { canonicalEvidence } from '@offramp/assess';
import fc from 'fast-check';
import { messageRequestSchema } from './message-request.js';
import { contentOf, encodeInOrder, messagePosted } from './posted-message.js';

const texts = fc.string({ unit: 'binary', maxLength: 40 });
const signals = withOptional(
  {},
  {
    redirected: fc.boolean(),
    warned: fc.boolean(),
    proposesEnd: fc.oneof(fc.boolean(), withOptional({}, { reason: texts })),
  },
);
const bodies = withOptional(
  { threadId: threadIds, messageId: messageIds, role: fc.constantFrom('user', 'assistant', 'system', 'tool') },
  {
    parentId: fc.option(messageIds, { nil: null }),
    text: texts,
    at: times,
    intent: intents,
    signal: signals,
    seen: positions,
  },
);
const additions = withOptional(
  { tenant: tenants.map((tenant) => tenantIdSchema.parse(tenant)), time: times },
  { evidence: evidences.map(canonicalEvidence), seen: positions, verdictWanted: fc.boolean() },
);

const zones = fc.constantFrom('Z', '+05:30', '-11:00', '.123456Z', '.5+00:00');
const instants = fc.date({ noInvalidDate: true, min: new Date('0001-01-02'), max: new Date('9999-12-30') });

it('logs a time that somebody gave in any zone as a time of the contract', () => {
  fc.assert(
    fc.property(instants, zones, (instant, zone) => {
      const given = `${instant.toISOString().slice(0, 19)}${zone}`;
      const { at } = messageRequestSchema.parse({ threadId: 't', messageId: 'm', role: 'user', at: given });
      expect(timeSchema.safeParse(at).success).toBe(true);
      expect(Date.parse(at!)).toBe(Date.parse(given));
    }),
  );
  const end = '9999-12-31T23:59:59-01:00';
  expect(messageRequestSchema.safeParse({ threadId: 't', messageId: 'm', role: 'user', at: end }).success).toBe(false);
});

/** The codec orders the fields by the schema and checks them; here they are only written in order. */
it('writes the bytes that the codec would write', () => {
  fc.assert(
    fc.property(bodies, additions, (body, added) => {
      const request = messageRequestSchema.parse(body);
      const posted = messagePosted(request, { evidence: undefined, ...added });
      expect(encodeInOrder(posted).toString()).toBe(inboundCodec.encode(posted).toString());
      for (const stored of contentOf(request, posted)) {
        expect(encodeInOrder(stored).toString()).toBe(contentCodec.encode(stored).toString());
      }
    }),
    { numRuns: 1000 },
  );
});
