import { policyId } from './policy.js';
import { activated, again, answer, climb, harmful, message, proposal, reviewed, risky } from './testing/builders.js';
import {
  endWithheld,
  guardRaised,
  conversationReopened,
  harm,
  ladder,
  messageRefused,
  messageRepeated,
  redirectAdvised,
  redirectAttempted,
  risk,
  supportAdvised,
  warningAdvised,
} from './testing/expected.js';
import { given } from './testing/given.js';
import { policyDocument } from './testing/history/policies.js';

const ended = [...climb(4), harmful('u5')];
const endedAt = '2026-01-01T00:00:09.000Z';

describe('a line that is not ended', () => {
  it('is forgotten after forgetAfter, to the second', () => {
    given(climb(3))
      .when(harmful('u4', { later: 'P29DT23H59M59S' }))
      .then(warningAdvised({ because: harm('u4'), ladder: ladder('redirecting', 3) }));
    given(climb(3))
      .when(harmful('u4', { later: 'P30D' }))
      .then(redirectAdvised({ because: harm('u4'), ladder: ladder('redirecting', 0) }));
  });

  it('lives on with each message on it', () => {
    given(climb(2), harmful('u3', { later: 'P20D' }), answer('a3', { later: 'P20D' }))
      .when(harmful('u4', { later: 'P20D' }))
      .then(warningAdvised({ because: harm('u4'), ladder: ladder('redirecting', 3) }));
  });

  it('is forgotten by the time that its own policy says, not a newer one', () => {
    const forgetful = policyDocument({ name: 'forgetful', forgetAfter: 'PT1H' });
    given(climb(2), activated(forgetful), climb(1, { from: 3 }))
      .when(harmful('u4', { later: 'P2D' }))
      .then(warningAdvised({ because: harm('u4'), ladder: ladder('redirecting', 3) }));
  });
});

/** Invariant FINAL: an end does not lapse by itself. */
describe('a line that is ended', () => {
  it('stays ended for ever', () => {
    given(...ended)
      .when(message('u6', { later: 'P9000D' }))
      .thenIn(({ id }) => [messageRefused({ endId: 'u5', endedAt, decisionId: id('ConversationEnded') })]);
  });

  it('stays ended when the ids on it are forgotten: the message that ended it is refused by its own end', () => {
    given(...ended)
      .when(message('u5', { under: 'a4', later: 'P31D' }))
      .thenIn(({ id }) => [messageRefused({ endId: 'u5', endedAt, decisionId: id('ConversationEnded') })]);
    given(...ended, answer('a5'))
      .when(proposal('a5', { under: 'u1', later: 'P31D' }))
      .then();
    given(...ended, message('u5', { under: 'a4', later: 'P31D' }))
      .when(message('u6'))
      .thenIn(({ id }) => [messageRefused({ endId: 'u5', endedAt, decisionId: id('ConversationEnded') })]);
  });

  it('still opens for a risk in a message whose id was forgotten', () => {
    given(...ended)
      .when(risky('u5', { under: 'a4', later: 'P31D' }))
      .then(
        guardRaised({ kind: 'self-harm', verdict: 'support', because: risk('u5'), until: '2026-02-08T00:00:09.000Z' }),
        conversationReopened({ endIds: ['u5'], cause: 'risk' }),
      );
  });

  it('takes a forgotten id as a new message once a review opened it', () => {
    given(...ended, reviewed('overturned'))
      .when(harmful('u5', { under: null, later: 'P31D' }))
      .then(redirectAdvised({ because: harm('u5'), ladder: ladder('redirecting', 0) }));
  });
});

describe('time', () => {
  it('is the greatest of the partition: a clock that goes back brings nothing back', () => {
    given(climb(3), message('z1', { thread: 't2', later: 'P31D' }))
      .when(harmful('u4', { under: 'a3', earlier: 'P31D' }))
      .then(redirectAdvised({ because: harm('u4'), ladder: ladder('redirecting', 0) }));
    given(risky('u1'), message('z1', { thread: 't2', later: 'P8D' }))
      .when(harmful('u2', { under: 'u1', earlier: 'P8D' }))
      .then(redirectAdvised({ because: harm('u2'), ladder: ladder('redirecting', 0) }));
  });

  it('of a decision is that of its input, and what it sets is reckoned in partition time', () => {
    given(message('z1', { thread: 't2', later: 'P1D' }))
      .when(risky('u1', { earlier: 'PT12H' }))
      .then(
        guardRaised({ kind: 'self-harm', verdict: 'support', because: risk('u1'), until: '2026-01-09T00:00:00.000Z' }),
      );
  });

  it('that goes back does not shorten a guard', () => {
    given(risky('u1'))
      .when(risky('u2', { earlier: 'P3D' }))
      .then(supportAdvised({ because: risk('u2'), until: '2026-01-08T00:00:01.000Z' }));
  });

  it('ends nothing and warns nobody by passing', () => {
    given(climb(4))
      .when(message('x1', { later: 'P31D' }))
      .then();
    given(climb(4))
      .when(answer('x1', { later: 'P31D', signal: { proposesEnd: true } }))
      .then(endWithheld({ cause: 'not-last-resort', ladder: ladder('clear') }));
  });
});

it('keeps an id known as long as its line, by the policy of the line', () => {
  const forgetful = policyDocument({ name: 'forgetful', forgetAfter: 'PT1H' });
  const policy = policyId(forgetful as { name: string });
  given(activated(forgetful), harmful('u1'))
    .when(again(harmful('u1')))
    .thenIn(({ id }) => [
      messageRepeated({ of: '0:1', verdict: 'redirect', decisionId: id('RedirectAdvised'), policy }),
    ]);
  given(activated(forgetful), harmful('u1'))
    .when(harmful('u1', { under: null, later: 'PT1H' }))
    .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0), policy }));
  given(activated(forgetful), harmful('u1'))
    .when(answer('a1', { later: 'PT59M59S' }))
    .then(redirectAttempted({ because: harm('u1'), ladder: ladder('redirecting', 1), policy }));
});

it('keeps an id that drew support known by the policy that judged the risk, not by that of the line', () => {
  const forgetful = policyDocument({ name: 'forgetful', forgetAfter: 'PT1H' });
  const policy = policyId(forgetful as { name: string });
  const supported = [...climb(1), activated(forgetful), risky('u2')];
  given(...supported)
    .when(message('u2', { under: null, later: 'PT59M59S' }))
    .thenIn(({ id }) => [messageRepeated({ of: '0:3', verdict: 'support', decisionId: id('GuardRaised'), policy })]);
  given(...supported)
    .when(message('u2', { under: null, later: 'PT1H' }))
    .then();
});
