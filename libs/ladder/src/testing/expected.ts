import type { Because, DecisionName, InboundEvent, LadderView, Stage } from '@offramp/events';
import { BUILT_IN_POLICY } from '../built-in-policy.js';
import type { DecisionDraft } from './decided.js';

/** A decision as a specification writes it; `messageId` and `policy` follow from the input where they are left out. */
export interface Expected {
  readonly name: DecisionName;
  readonly data: object;
}

type Ladder = LadderView;

/** The message is the input's, the policy the built-in one. */
export function completed({ name, data }: Expected, event: InboundEvent): DecisionDraft {
  const messageId = 'messageId' in event.data ? { messageId: event.data.messageId } : {};
  const policy = name === 'RecordQuarantined' ? {} : { policy: BUILT_IN_POLICY.id };
  return { name, data: { ...messageId, ...policy, ...data } } as unknown as DecisionDraft;
}

export function ladder(stage: Stage, attempts = 0, of = 3): Ladder {
  return { stage, attempts, of };
}

/** A harm score that spoke. */
export function harm(messageId: string, category = 'abuse', score = 0.95, threshold = 0.8): Because {
  return { kind: 'harm', category, score, threshold, messageId } as Because;
}

/** A risk score that spoke. */
export function risk(messageId: string, category = 'self-harm', score = 0.9, threshold = 0.3): Because {
  return { kind: 'risk', category, score, threshold, messageId } as Because;
}

interface Advice {
  readonly because: Because;
  readonly ladder: Ladder;
  readonly again?: true;
  readonly policy?: string;
}

export const redirectAdvised = (data: Advice): Expected => ({
  name: 'RedirectAdvised',
  data: { verdict: 'redirect', ...data },
});

export const warningAdvised = (data: Advice): Expected => ({
  name: 'WarningAdvised',
  data: { verdict: 'warn', ...data },
});

export const supportAdvised = (data: { because: Because; until: string; policy?: string }): Expected => ({
  name: 'SupportAdvised',
  data: { verdict: 'support', ladder: ladder('clear'), ...data },
});

export const endPermitted = (data: Advice): Expected => ({
  name: 'EndPermitted',
  data: { verdict: 'end-allowed', ...data },
});

/** The number of the attempt is that of the ladder after it. */
export const redirectAttempted = (data: { because: Because; ladder: Ladder; policy?: string }): Expected => ({
  name: 'RedirectAttempted',
  data: { attempt: data.ladder.attempts, of: data.ladder.of, ...data },
});

export const warningIssued = (data: { because: Because; ladder: Ladder; policy?: string }): Expected => ({
  name: 'WarningIssued',
  data,
});

export const confirmationAsked = (data: { of: 'user' | 'model'; ladder: Ladder; policy?: string }): Expected => ({
  name: 'EndConfirmationAsked',
  data: { verdict: 'confirm-end', ...data },
});

export const endWithheld = (data: {
  readonly cause: 'guard' | 'not-last-resort' | 'observe' | 'suspended';
  readonly verdict?: 'support' | 'redirect';
  readonly because?: Because;
  readonly until?: string;
  readonly ladder: Ladder;
  readonly policy?: string;
}): Expected => ({ name: 'EndWithheld', data });

export const conversationEnded = (data: {
  readonly by: 'policy' | 'model' | 'user';
  readonly endId: string;
  readonly because?: Because;
  readonly path: {
    readonly redirects: readonly string[];
    readonly warning?: string;
    readonly harmful: readonly string[];
  };
  readonly policy?: string;
}): Expected => ({ name: 'ConversationEnded', data: { verdict: 'end', ...data } });

export const conversationReopened = (data: {
  readonly endIds: readonly string[];
  readonly cause: 'risk' | 'review';
  readonly policy?: string;
}): Expected => ({ name: 'ConversationReopened', data });

export const messageRefused = (data: {
  readonly endId: string;
  readonly endedAt: string;
  readonly decisionId: string;
  readonly policy?: string;
}): Expected => ({ name: 'MessageRefused', data: { verdict: 'refuse', ...data } });

export const messageRepeated = (data: {
  readonly of: string;
  readonly verdict: string;
  readonly endId?: string;
  readonly endedAt?: string;
  readonly decisionId?: string;
  readonly policy?: string;
}): Expected => ({ name: 'MessageRepeated', data });

interface Guard {
  readonly kind?: string;
  readonly verdict?: 'support';
  readonly because?: Because;
  readonly until: string;
  readonly policy?: string;
}

export const guardRaised = (data: Guard): Expected => ({ name: 'GuardRaised', data });
export const guardExtended = (data: Guard): Expected => ({ name: 'GuardExtended', data });
export const guardCleared = (data: { kind?: string; policy?: string } = {}): Expected => ({
  name: 'GuardCleared',
  data,
});
export const ladderReset = (data: { policy?: string } = {}): Expected => ({
  name: 'LadderReset',
  data: { ladder: ladder('clear'), ...data },
});
export const policyApplied = (data: { policy: string; share: number }): Expected => ({ name: 'PolicyApplied', data });
export const recordQuarantined = (cause: string): Expected => ({ name: 'RecordQuarantined', data: { cause } });
