import { score, wordsOf } from './words.js';

const because = { kind: 'harm', category: 'abuse', score: 0.934, threshold: 0.8, messageId: 'm7' };

it.each([
  [
    'offramp.redirect.advised.v1',
    { ladder: { stage: 'redirecting', attempts: 1, of: 3 }, because },
    'redirect advised, 2 of 3 (abuse .93 ≥ .80)',
  ],
  ['offramp.redirect.attempted.v1', { attempt: 2, of: 3, because }, 'redirected, 2 of 3'],
  ['offramp.warning.advised.v1', { again: true, because }, 'warning advised again (abuse .93 ≥ .80)'],
  ['offramp.conversation.ended.v1', { by: 'policy', because }, 'ended by policy (abuse .93 ≥ .80)'],
  ['offramp.conversation.ended.v1', { by: 'user' }, 'ended by the user'],
  ['offramp.conversation.reopened.v1', { endIds: ['m9'], cause: 'risk' }, 'reopened m9 (somebody may be at risk)'],
  ['offramp.end.withheld.v1', { cause: 'not-last-resort' }, 'not ended: this is not the last resort yet'],
  [
    'offramp.guard.raised.v1',
    { kind: 'self-harm', until: '2026-12-01T00:00:00.000Z' },
    'guard raised (self-harm), guarded until 2026-12-01',
  ],
  [
    'offramp.message.posted.v1',
    { role: 'assistant', signal: { proposesEnd: true } },
    'assistant message, proposes to end',
  ],
  [
    'offramp.feedback.given.v1',
    { rating: 'down', messageId: 'm9', hasComment: true },
    'thumbs down on m9, with a comment',
  ],
  ['offramp.something.newer.v2', {}, 'offramp.something.newer.v2'],
])('says %s in words', (type, data, words) => {
  expect(wordsOf({ type, data })).toBe(words);
});

it('writes scores so that they can be compared with thresholds', () => {
  expect([0, 0.3, 0.996, 1].map(score)).toEqual(['.00', '.30', '1.00', '1.00']);
});
