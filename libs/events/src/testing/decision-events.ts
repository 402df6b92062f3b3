import fc from 'fast-check';
import { DECISION_TYPES, ENDED_BY, REOPENED_MAX, STAGES, WITHHELD_CAUSES } from '../decisions.js';
import type { Decision, DecisionEvent, DecisionName } from '../decisions.js';
import { events } from './envelopes.js';
import {
  type FieldsOf,
  categories,
  decisionIds,
  messageIds,
  names,
  policyIds,
  positions,
  scores,
  times,
  verdicts,
  withOptional,
} from './values.js';

const origin = { position: positions, index: fc.nat({ max: 200 }) };
const because = fc.record({
  kind: fc.constantFrom('harm', 'risk'),
  category: categories,
  score: scores,
  threshold: scores,
  messageId: messageIds,
});
const ladder = fc.record({ stage: fc.constantFrom(...STAGES), attempts: fc.nat({ max: 50 }), of: fc.nat({ max: 50 }) });
const policy = policyIds;
const verdict = verdicts;
const until = times;

const advice = decided({ verdict, ladder, policy }, { because, again: fc.boolean(), until });
const delivered = decided({ because, ladder, policy }, { attempt: fc.integer({ min: 1 }), of: fc.integer({ min: 1 }) });
const guard = decided({ policy }, { kind: names(64), verdict, because, until });
const path = withOptional(
  { redirects: fc.array(decisionIds, { maxLength: 5 }), harmful: fc.array(messageIds, { maxLength: 5 }) },
  { warning: decisionIds },
);

/** Arbitrary valid events of each type on `decisions.v1`, by its name. */
export const decisionEvents: { readonly [Name in DecisionName]: fc.Arbitrary<Decision<Name>> } = {
  RedirectAdvised: events(DECISION_TYPES.RedirectAdvised, advice),
  WarningAdvised: events(DECISION_TYPES.WarningAdvised, advice),
  SupportAdvised: events(DECISION_TYPES.SupportAdvised, advice),
  EndPermitted: events(DECISION_TYPES.EndPermitted, advice),
  RedirectAttempted: events(DECISION_TYPES.RedirectAttempted, delivered),
  WarningIssued: events(DECISION_TYPES.WarningIssued, delivered),
  EndConfirmationAsked: events(
    DECISION_TYPES.EndConfirmationAsked,
    decided({ of: fc.constantFrom('user', 'model'), verdict, ladder, policy }, {}),
  ),
  EndWithheld: events(
    DECISION_TYPES.EndWithheld,
    decided({ cause: fc.constantFrom(...WITHHELD_CAUSES), ladder, policy }, { verdict, because, until }),
  ),
  ConversationEnded: events(
    DECISION_TYPES.ConversationEnded,
    decided({ by: fc.constantFrom(...ENDED_BY), verdict, endId: messageIds, path, policy }, { because }),
  ),
  ConversationReopened: events(
    DECISION_TYPES.ConversationReopened,
    decided(
      {
        endIds: fc.array(messageIds, { maxLength: REOPENED_MAX, size: 'small' }),
        cause: fc.constantFrom('risk', 'review'),
        policy,
      },
      {},
    ),
  ),
  MessageRefused: events(
    DECISION_TYPES.MessageRefused,
    decided({ verdict, endId: messageIds, endedAt: times, decisionId: decisionIds, policy }, {}),
  ),
  MessageRepeated: events(
    DECISION_TYPES.MessageRepeated,
    decided({ of: positions, verdict, policy }, { endId: messageIds, endedAt: times, decisionId: decisionIds }),
  ),
  GuardRaised: events(DECISION_TYPES.GuardRaised, guard),
  GuardExtended: events(DECISION_TYPES.GuardExtended, guard),
  GuardCleared: events(DECISION_TYPES.GuardCleared, guard),
  LadderReset: events(DECISION_TYPES.LadderReset, decided({ ladder, policy }, {})),
  PolicyApplied: events(DECISION_TYPES.PolicyApplied, decided({ policy, share: scores }, {})),
  RecordQuarantined: events(DECISION_TYPES.RecordQuarantined, decided({ cause: names(64) }, {})),
  Progress: events(DECISION_TYPES.Progress, fc.record({ position: positions, time: times })),
};

export const decisionEvent: fc.Arbitrary<DecisionEvent> = fc.oneof(
  ...Object.values<fc.Arbitrary<DecisionEvent>>(decisionEvents),
);

/** Every decision begins with its position, its index and, where the input was a message, the message's id. */
function decided<Required extends FieldsOf, Optional extends FieldsOf>(required: Required, optional: Optional) {
  return withOptional({ ...origin, ...required }, { messageId: messageIds, ...optional });
}
