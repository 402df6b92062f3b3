import { policyId } from './policy.js';
import { activated, answer, climb, harmful, message, proposal, systemMessage, unassessed } from './testing/builders.js';
import {
  conversationEnded,
  endPermitted,
  harm,
  ladder,
  messageRefused,
  redirectAdvised,
  warningAdvised,
} from './testing/expected.js';
import { given } from './testing/given.js';
import { policyDocument } from './testing/history/policies.js';

const ended = [...climb(4), harmful('u5')];
const endedAt = '2026-01-01T00:00:09.000Z';

/** Invariant FINAL. */
describe('an ended line', () => {
  it.each([
    ['a friendly', message('u6')],
    ['a harmful', harmful('u6')],
    ['an unassessed', unassessed('u6')],
    ['an asking', message('u6', { intent: 'end' })],
  ])('refuses %s user message', (_kind, step) => {
    given(...ended)
      .when(step)
      .thenIn(({ id }) => [messageRefused({ endId: 'u5', endedAt, decisionId: id('ConversationEnded') })]);
  });

  it('refuses what is posted under a refused message, and under whatever else was kept there', () => {
    for (const between of [message('x1'), answer('x1'), systemMessage('x1'), proposal('x1')]) {
      given(...ended, between)
        .when(message('u7'))
        .thenIn(({ id }) => [messageRefused({ endId: 'u5', endedAt, decisionId: id('ConversationEnded') })]);
    }
  });

  it('keeps answers, proposals and system messages without a word', () => {
    for (const kept of [answer('x1'), proposal('x1'), systemMessage('x1')])
      given(...ended)
        .when(kept)
        .then();
  });

  it('names the policy that it ended under, also after a newer one for all', () => {
    const forAll = policyDocument({ name: 'newer', appliesTo: 'all' });
    given(...ended, activated(forAll))
      .when(message('u6'))
      .thenIn(({ id }) => [messageRefused({ endId: 'u5', endedAt, decisionId: id('ConversationEnded') })]);
  });

  it('names the policy that ended it, not the one that the line began with', () => {
    const forAll = policyDocument({ name: 'newer', appliesTo: 'all' });
    const policy = policyId(forAll as { name: string });
    given(climb(4), activated(forAll), harmful('u5'))
      .when(message('u6'))
      .thenIn(({ id }) => [
        messageRefused({
          endId: 'u5',
          endedAt: '2026-01-01T00:00:10.000Z',
          decisionId: id('ConversationEnded'),
          policy,
        }),
      ]);
  });

  it('refuses under a line that the user ended', () => {
    given(message('u1', { intent: 'end' }), message('u2', { intent: 'confirm-end' }))
      .when(message('u3'))
      .thenIn(({ id }) => [
        messageRefused({ endId: 'u2', endedAt: '2026-01-01T00:00:02.000Z', decisionId: id('ConversationEnded') }),
      ]);
  });
});

describe('an ended line leaves alone', () => {
  it('an edit of the message that ended it: the line of its parent is still warned, and can end by itself', () => {
    given(...ended)
      .when(message('u5-edited', { under: 'a4' }))
      .then();
    given(...ended)
      .when(harmful('u5-edited', { under: 'a4' }))
      .thenIn(({ ids, id }) => [
        conversationEnded({
          by: 'policy',
          endId: 'u5-edited',
          because: harm('u5-edited'),
          path: {
            redirects: ids('RedirectAttempted'),
            warning: id('WarningIssued'),
            harmful: ['u1', 'u2', 'u3', 'u4', 'u5-edited'],
          },
        }),
      ]);
  });

  it('an edit further up, which inherits what was counted up to there', () => {
    given(...ended)
      .when(harmful('x1', { under: 'a2' }))
      .then(redirectAdvised({ because: harm('x1'), ladder: ladder('redirecting', 2) }));
    given(...ended)
      .when(harmful('x1', { under: 'a3' }))
      .then(warningAdvised({ because: harm('x1'), ladder: ladder('redirecting', 3) }));
    given(...ended)
      .when(harmful('x1', { under: null }))
      .then(redirectAdvised({ because: harm('x1'), ladder: ladder('redirecting', 0) }));
  });

  it('other threads, and threads of the same name at another tenant', () => {
    given(...ended)
      .when(message('u6', { thread: 't2', under: 'u5' }))
      .thenNothing();
    given(...ended)
      .when(message('u6', { tenant: 'other', under: 'u5' }))
      .thenNothing();
  });

  it('a retry of the answer that the model ended with', () => {
    const document = policyDocument({ name: 'model', redirects: 2, endBy: 'model', modelConfirmations: 1 });
    const policy = policyId(document as { name: string });
    given(activated(document), climb(3), harmful('u4'), proposal('a4'), answer('b4', { under: 'u4' }))
      .when(harmful('u5', { under: 'b4' }))
      .then(endPermitted({ because: harm('u5'), ladder: ladder('warned', 2, 2), policy }));
  });
});
