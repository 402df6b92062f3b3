import type { DecisionName } from './decisions.js';
import type { InboundName } from './inbound.js';
import { decisionWords, inboundWords, scoreWords } from './words.js';

const because = { kind: 'harm', category: 'abuse', score: 0.934, threshold: 0.8, messageId: 'm7' };
const ladder = { stage: 'redirecting', attempts: 1, of: 3 };
const until = '2026-12-01T00:00:00.000Z';

it.each<[DecisionName, object, string]>([
  ['RedirectAdvised', { ladder, because }, 'redirect advised, 2 of 3 (abuse .93 ≥ .80)'],
  ['RedirectAttempted', { attempt: 2, of: 3, because }, 'redirected, 2 of 3'],
  ['RedirectAdvised', { ladder: { ...ladder, attempts: 3 }, because }, 'redirect advised, once more (abuse .93 ≥ .80)'],
  ['RedirectAttempted', { attempt: 4, of: 3, because }, 'redirected, once more'],
  ['WarningAdvised', { again: true, because }, 'warning advised again (abuse .93 ≥ .80)'],
  ['ConversationEnded', { by: 'policy', because }, 'ended by policy (abuse .93 ≥ .80)'],
  ['ConversationEnded', { by: 'user' }, 'ended by the user'],
  ['ConversationReopened', { endIds: ['m9'], cause: 'risk' }, 'reopened m9 (somebody may be at risk)'],
  ['EndWithheld', { cause: 'not-last-resort' }, 'not ended: this is not the last resort yet'],
  ['GuardRaised', { kind: 'self-harm', until }, 'guard raised (self-harm), guarded until 2026-12-01'],
])('says what was decided: %s', (name, data, words) => {
  expect(decisionWords(name, data)).toBe(words);
});

it.each<[InboundName, object, string]>([
  ['MessagePosted', { role: 'assistant', signal: { proposesEnd: true } }, 'assistant message, proposes to end'],
  ['FeedbackGiven', { rating: 'down', messageId: 'm9', hasComment: true }, 'thumbs down on m9, with a comment'],
  ['FeedbackGiven', { rating: 'up', decisionId: 'd1', hasComment: false }, 'thumbs up on a decision'],
  ['RiskReported', { kind: 'self-harm', by: 'a-friend' }, 'risk reported by a-friend: self-harm'],
])('says what came from outside: %s', (name, data, words) => {
  expect(inboundWords(name, data)).toBe(words);
});

it('names what a newer program has said', () => {
  expect(decisionWords('ConversationSnoozed' as DecisionName, {})).toBe('ConversationSnoozed');
});

it('writes scores so that they can be compared with thresholds', () => {
  expect([0, 0.3, 0.996, 1].map(scoreWords)).toEqual(['.00', '.30', '1.00', '1.00']);
});
