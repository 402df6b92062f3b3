import type { Because, Decision, DecisionName } from './decisions.js';
import type { Inbound, InboundName } from './inbound.js';

/*
 * What happened, in the product's own words (docs/GLOSSARY.md), one phrase for each type of event: the same in the terminal
 * and in what an affected person is given to read.
 */

type Phrases<Names extends string, Data extends Record<Names, unknown>> = {
  readonly [Name in Names]: (data: Data[Name]) => string;
};
type DecisionData = { [Name in DecisionName]: Decision<Name>['data'] };
type InboundData = { [Name in InboundName]: Inbound<Name>['data'] };

const NOT_ENDED = {
  guard: 'not ended: somebody may be at risk',
  'not-last-resort': 'not ended: this is not the last resort yet',
  observe: 'not ended: the policy only observes',
  suspended: 'not ended: endings are suspended',
} as const;

const ENDED_BY = { policy: 'policy', model: 'the model', user: 'the user' } as const;

const OF_DECISION: Phrases<DecisionName, DecisionData> = {
  RedirectAdvised: ({ again, ladder: { attempts, of }, because }) =>
    `redirect advised${again ? ' again' : ''}${numbered(attempts + 1, of)}${scores(because)}`,
  WarningAdvised: ({ again, because }) => `warning advised${again ? ' again' : ''}${scores(because)}`,
  SupportAdvised: ({ because, until }) => `support advised${scores(because)}${guardUntil(until)}`,
  EndPermitted: ({ because }) => `the model may end it${scores(because)}`,
  RedirectAttempted: ({ attempt, of }) => `redirected${numbered(attempt, of)}`,
  WarningIssued: () => 'warned',
  EndConfirmationAsked: ({ of }) =>
    of === 'user' ? 'the user asked to end: asked to confirm' : 'the model proposed to end: asked to confirm',
  EndWithheld: ({ cause, because }) => `${NOT_ENDED[cause]}${scores(because)}`,
  ConversationEnded: ({ by, because }) => `ended by ${ENDED_BY[by]}${scores(because)}`,
  ConversationReopened: ({ endIds, cause }) =>
    `reopened ${endIds.join(', ')} (${cause === 'risk' ? 'somebody may be at risk' : 'a review overturned the end'})`,
  MessageRefused: ({ endId }) => `refused: the line ended at ${endId}`,
  MessageRepeated: ({ of }) => `a repeat of the message at ${of}`,
  GuardRaised: ({ kind, because, until }) =>
    `guard raised${kindOf(kind, because)}${scores(because)}${guardUntil(until)}`,
  GuardExtended: ({ kind, because, until }) =>
    `guard extended${kindOf(kind, because)}${scores(because)}${guardUntil(until)}`,
  GuardCleared: () => 'guard cleared',
  LadderReset: () => 'calm again: the line is clear',
  PolicyApplied: ({ policy, share }) =>
    `policy ${policy} applies${share < 1 ? ` to ${Math.round(share * 100)} %` : ''}`,
  RecordQuarantined: ({ cause }) => `a record that no version can read (${cause})`,
  Progress: ({ position }) => `everything up to ${position} is decided`,
};

const OF_INBOUND: Phrases<InboundName, InboundData> = {
  MessagePosted: ({ role, signal, intent }) =>
    [
      `${role} message`,
      ...(intent === undefined ? [] : [intent === 'end' ? 'asks to end' : 'confirms the end']),
      ...(signal?.proposesEnd ? ['proposes to end'] : []),
    ].join(', '),
  RiskReported: ({ kind, by }) => `risk reported by ${by}${kind === undefined ? '' : `: ${kind}`}`,
  RiskCleared: ({ by }) => `risk cleared by ${by}`,
  FeedbackGiven: ({ rating, messageId, decisionId, hasComment }) => {
    const about = messageId ?? (decisionId === undefined ? undefined : 'a decision');
    return `thumbs ${rating}${about === undefined ? '' : ` on ${about}`}${hasComment ? ', with a comment' : ''}`;
  },
  ReviewRecorded: ({ outcome, by }) => `${outcome} by ${by}`,
  PolicyActivated: ({ policy, by }) => `policy ${policy} activated by ${by}`,
  EndingsSuspended: ({ by }) => `endings suspended by ${by}`,
  EndingsResumed: ({ by }) => `endings resumed by ${by}`,
  ContentErased: ({ by, messageIds }) =>
    `content erased by ${by}${messageIds === undefined ? '' : `: ${messageIds.join(', ')}`}`,
};

/** A decision in words; its name where this program is older than the decision. */
export function decisionWords(name: DecisionName, data: unknown): string {
  return (OF_DECISION[name] as ((data: unknown) => string) | undefined)?.(data) ?? name;
}

/** An event from outside in words; its name where this program is older than the event. */
export function inboundWords(name: InboundName, data: unknown): string {
  return (OF_INBOUND[name] as ((data: unknown) => string) | undefined)?.(data) ?? name;
}

/** `.93`: two digits, as scores are read against thresholds. */
export function scoreWords(value: number): string {
  const text = value.toFixed(2);
  return text.startsWith('0') ? text.slice(1) : text;
}

function scores(because: Because | undefined): string {
  if (because === undefined) return '';
  return ` (${because.category} ${scoreWords(because.score)} ≥ ${scoreWords(because.threshold)})`;
}

/** A patient policy redirects after the warning, too: one more than it asks for before. */
function numbered(attempt: number | undefined, of: number | undefined): string {
  if (attempt === undefined || of === undefined) return '';
  return attempt > of ? ', once more' : `, ${attempt} of ${of}`;
}

function kindOf(kind: string | undefined, because: Because | undefined): string {
  return kind === undefined || because !== undefined ? '' : ` (${kind})`;
}

function guardUntil(until: string | undefined): string {
  return until === undefined ? '' : `, guarded until ${until.slice(0, 10)}`;
}
