import type { Because, EndedBy } from '@offramp/events';
import type { After } from './after.js';
import { assert } from './assert.js';
import type { EndedLadder, OpenLadder } from './ladder.js';
import { guardUntil } from './line.js';
import { isoTime } from './time.js';
import type { Step } from './step.js';

/*
 * The one file that ends a conversation. LAST-RESORT and GUARD are asserted here once more: a program that would end a line
 * otherwise stops instead.
 */

/** The user asked, was asked back, and confirmed. Neither a policy nor a suspension stands against that. */
export function endByUser(step: Step, line: OpenLadder): After {
  return endLine(step, line, { by: 'user' });
}

/** Due, and the pipeline itself ends; where ends are suspended the model is asked to redirect instead. */
export function endByPolicy(step: Step, line: OpenLadder, because: Because): After {
  const { turn, messageId, policy } = step;
  if (!turn.endingsSuspended()) return endLine(step, line, { by: 'policy', because });
  const verdict = 'redirect';
  const ladder = turn.viewOf(line, policy);
  const decisionId = turn.say('EndWithheld', {
    messageId,
    cause: 'suspended',
    verdict,
    because,
    ladder,
    policy: policy.id,
  });
  return { ladder: line, verdict, decisionId };
}

/** Due, and the model proposed it as often as the policy asks for. */
export function endByModel(step: Step, line: OpenLadder, because: Because): After {
  const { turn, messageId, policy } = step;
  if (!turn.endingsSuspended()) return endLine(step, line, { by: 'model', because });
  const ladder = turn.viewOf(line, policy);
  const decisionId = turn.say('EndWithheld', { messageId, cause: 'suspended', because, ladder, policy: policy.id });
  return { ladder: line, verdict: 'continue', decisionId };
}

/** The model proposes an end that the rules do not grant. */
export function withholdFromModel(step: Step, line: OpenLadder | null): After {
  const { turn, messageId, policy } = step;
  const until = guardUntil(turn);
  const cause = until !== undefined ? 'guard' : policy.endBy === 'nobody' ? 'observe' : 'not-last-resort';
  const decisionId = turn.say('EndWithheld', {
    messageId,
    cause,
    ...(until === undefined ? {} : { until: isoTime(until) }),
    ladder: turn.viewOf(line, policy),
    policy: policy.id,
  });
  return { ladder: line, verdict: 'continue', decisionId };
}

function endLine(step: Step, line: OpenLadder, how: { by: EndedBy; because?: Because }): After {
  const { turn, messageId, policy } = step;
  const { by, because } = how;
  assert(guardUntil(turn) === undefined, 'GUARD: nothing ends while the guard is up');
  assert(by === 'user' || isLastResort(line), 'LAST-RESORT: an end comes after the redirects and a delivered warning');
  const { redirects, warning, harmful } = line.climb;
  const decisionId = turn.say('ConversationEnded', {
    messageId,
    by,
    verdict: 'end',
    endId: messageId,
    ...(because === undefined ? {} : { because }),
    path: { redirects: [...redirects], ...(warning === undefined ? {} : { warning }), harmful: [...harmful] },
    policy: policy.id,
  });
  const endedAt = turn.time;
  const { attempts, of } = line;
  const end: EndedLadder = {
    stage: 'ended',
    endId: messageId,
    at: turn.at,
    endedAt,
    decisionId,
    attempts,
    of,
    policy: line.policy,
  };
  turn.write('end', '', { endId: messageId, decisionId, by });
  return { ladder: end, verdict: 'end', decisionId, end };
}

function isLastResort(line: OpenLadder): boolean {
  return line.stage === 'warned' && line.climb.warning !== undefined && line.attempts >= line.of && line.persisted >= 1;
}
