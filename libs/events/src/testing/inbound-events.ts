import fc from 'fast-check';
import { messageEventId } from '../ids.js';
import { INBOUND_TYPES, ROLES } from '../inbound.js';
import type { Inbound, InboundEvent, InboundName } from '../inbound.js';
import { events } from './envelopes.js';
import {
  actors,
  decisionIds,
  evidences,
  intents,
  messageIds,
  names,
  policyIds,
  positions,
  times,
  withOptional,
} from './values.js';

const shares = fc.double({ min: 0, max: 1, noNaN: true }).map((share) => share + 0);
const risks = withOptional({ by: actors }, { kind: names(64), messageId: messageIds });
const endings = fc.record({ by: actors, cause: names(64) });
const signals = withOptional({}, { redirected: fc.boolean(), warned: fc.boolean(), proposesEnd: fc.boolean() });

/** Documents of any form: what is in them is the ladder's to judge. JSON has no -0, and storage no NUL or half characters. */
const documents = fc
  .dictionary(names(20), fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' }), { maxKeys: 5, noNullPrototype: true })
  .filter((document) => !/\\u|"__proto__"/.test(JSON.stringify(document)))
  .map((document) => JSON.parse(JSON.stringify(document)) as Inbound<'PolicyActivated'>['data']['document']);

const messages = withOptional(
  { messageId: messageIds, role: fc.constantFrom(...ROLES) },
  {
    parentId: fc.option(messageIds, { nil: null }),
    at: times,
    textLength: fc.nat(),
    intent: intents,
    evidence: evidences,
    signal: signals,
    seen: positions,
    verdictWanted: fc.boolean(),
  },
);

/** Arbitrary valid events of each type on `inbound.v1`, by its name. */
export const inboundEvents: { readonly [Name in InboundName]: fc.Arbitrary<Inbound<Name>> } = {
  MessagePosted: events(INBOUND_TYPES.MessagePosted, messages, ({ source, subject }, { messageId }) =>
    messageEventId(source, subject, messageId),
  ),
  RiskReported: events(INBOUND_TYPES.RiskReported, risks),
  RiskCleared: events(INBOUND_TYPES.RiskCleared, risks),
  FeedbackGiven: events(
    INBOUND_TYPES.FeedbackGiven,
    withOptional(
      { rating: fc.constantFrom('up', 'down'), hasComment: fc.boolean() },
      { messageId: messageIds, decisionId: decisionIds, by: actors },
    ),
  ),
  ReviewRecorded: events(
    INBOUND_TYPES.ReviewRecorded,
    fc.record({
      decisionId: decisionIds,
      outcome: fc.constantFrom('upheld', 'overturned'),
      by: actors,
      hasReason: fc.boolean(),
    }),
  ),
  PolicyActivated: events(
    INBOUND_TYPES.PolicyActivated,
    fc.record({ policy: policyIds, document: documents, share: shares, by: actors, hasReason: fc.boolean() }),
  ),
  EndingsSuspended: events(INBOUND_TYPES.EndingsSuspended, endings),
  EndingsResumed: events(INBOUND_TYPES.EndingsResumed, endings),
  ContentErased: events(
    INBOUND_TYPES.ContentErased,
    withOptional({ by: actors }, { messageIds: fc.array(messageIds, { maxLength: 5 }) }),
  ),
};

export const inboundEvent: fc.Arbitrary<InboundEvent> = fc.oneof(
  ...Object.values<fc.Arbitrary<InboundEvent>>(inboundEvents),
);
