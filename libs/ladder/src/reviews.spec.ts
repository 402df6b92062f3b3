import { policyId } from './policy.js';
import { activated, answer, climb, harmful, message, reviewed, riskReported } from './testing/builders.js';
import {
  conversationReopened,
  guardRaised,
  harm,
  ladder,
  messageRefused,
  redirectAdvised,
} from './testing/expected.js';
import { given } from './testing/given.js';
import { policyDocument } from './testing/history/policies.js';

const ended = [...climb(4), harmful('u5')];
const reopened = conversationReopened({ endIds: ['u5'], cause: 'review' });

describe('an end that a review overturned', () => {
  it('is opened again', () => {
    given(...ended)
      .when(reviewed('overturned'))
      .then(reopened);
  });

  it('reads as clear, and all that was posted under it', () => {
    given(...ended, message('u6'), reviewed('overturned'))
      .when(harmful('u7', { under: 'u6' }))
      .then(redirectAdvised({ because: harm('u7'), ladder: ladder('redirecting', 0) }));
    given(...ended, answer('a5'), reviewed('overturned'))
      .when(message('u6', { under: 'a5' }))
      .then();
  });

  it('leaves the line above it where it was', () => {
    given(...ended, reviewed('overturned'))
      .when(harmful('x1', { under: 'a4' }))
      .thenIn(({ ids, id }) => [
        {
          name: 'ConversationEnded',
          data: {
            by: 'policy',
            verdict: 'end',
            endId: 'x1',
            because: harm('x1'),
            path: {
              redirects: ids('RedirectAttempted'),
              warning: id('WarningIssued'),
              harmful: ['u1', 'u2', 'u3', 'u4', 'x1'],
            },
          },
        },
      ]);
  });

  it('leaves another end of the thread as it is', () => {
    const both = [...ended, harmful('v5', { under: 'a4' })];
    given(...both, reviewed('overturned', { of: ({ ids }) => ids('ConversationEnded')[0]! }))
      .when(message('v6', { under: 'v5' }))
      .thenIn(({ ids }) => [
        messageRefused({
          endId: 'v5',
          endedAt: '2026-01-01T00:00:10.000Z',
          decisionId: ids('ConversationEnded').at(-1)!,
        }),
      ]);
  });

  it('is opened once, and is not named by a risk that comes later', () => {
    given(...ended, reviewed('overturned'))
      .when(reviewed('overturned'))
      .then();
    given(...ended, reviewed('overturned'))
      .when(riskReported())
      .then(guardRaised({ until: '2026-01-08T00:00:11.000Z' }));
  });

  it('says nothing where a risk had opened it already', () => {
    given(...ended, riskReported())
      .when(reviewed('overturned'))
      .then();
  });

  it('can end once more further down', () => {
    const once = [...ended, reviewed('overturned'), ...climb(4, { from: 11, under: 'u5' }), harmful('u15')];
    given(...once)
      .when(message('u16'))
      .thenIn(({ ids }) => [
        messageRefused({
          endId: 'u15',
          endedAt: '2026-01-01T00:00:19.000Z',
          decisionId: ids('ConversationEnded').at(-1)!,
        }),
      ]);
  });

  it('can end once more by the same id, once that was forgotten', () => {
    const later = [message('m0', { under: null, later: 'P31D' }), ...climb(4, { from: 11 }), harmful('u5')];
    given(...ended, reviewed('overturned'), ...later)
      .when(message('u6'))
      .thenIn(({ ids }) => [
        messageRefused({
          endId: 'u5',
          endedAt: '2026-02-01T00:00:19.000Z',
          decisionId: ids('ConversationEnded').at(-1)!,
        }),
      ]);
  });

  it('may have been a wish of the user', () => {
    given(message('u1', { intent: 'end' }), message('u2', { intent: 'confirm-end' }))
      .when(reviewed('overturned'))
      .then(conversationReopened({ endIds: ['u2'], cause: 'review' }));
  });
});

describe('a review that moves nothing', () => {
  it('upholds', () => {
    given(...ended)
      .when(reviewed('upheld'))
      .then();
    given(...ended, reviewed('upheld'))
      .when(message('u6', { under: 'u5' }))
      .thenIn(({ id }) => [
        messageRefused({ endId: 'u5', endedAt: '2026-01-01T00:00:09.000Z', decisionId: id('ConversationEnded') }),
      ]);
  });

  it('is of a decision that is no end', () => {
    given(...ended)
      .when(reviewed('overturned', { of: ({ id }) => id('WarningIssued') }))
      .then();
  });

  it('comes by another thread', () => {
    given(...ended)
      .when(reviewed('overturned', { thread: 't2' }))
      .then();
  });

  it('is one that was sent before', () => {
    given(...ended, reviewed('upheld', { id: 'r1' }))
      .when(reviewed('overturned', { id: 'r1' }))
      .thenNothing();
  });
});

it('names the policy of now', () => {
  const document = policyDocument({ name: 'newer' });
  given(...ended, activated(document))
    .when(reviewed('overturned'))
    .then(conversationReopened({ endIds: ['u5'], cause: 'review', policy: policyId(document as { name: string }) }));
});
