import { policyId } from './policy.js';
import {
  activated,
  answer,
  climb,
  endingsSuspended,
  harmful,
  message,
  riskReported,
  risky,
  unassessed,
} from './testing/builders.js';
import { assessed } from './testing/events.js';
import {
  confirmationAsked,
  conversationEnded,
  endWithheld,
  guardRaised,
  harm,
  ladder,
  redirectAdvised,
  risk,
} from './testing/expected.js';
import { given } from './testing/given.js';
import { policyDocument } from './testing/history/policies.js';

const asks = message('u1', { intent: 'end' });
const confirms = message('u2', { intent: 'confirm-end' });
const emptyPath = { redirects: [], harmful: [] };
const ended = conversationEnded({ by: 'user', endId: 'u2', path: emptyPath });
const asked = confirmationAsked({ of: 'user', ladder: ladder('clear') });

describe('a user who wants to end', () => {
  it('is asked back', () => {
    given().when(asks).then(asked);
  });

  it('ends the line by confirming', () => {
    given(asks).when(confirms).then(ended);
    given(asks, answer('a1')).when(confirms).then(ended);
  });

  it('is asked back also where the confirmation came unasked', () => {
    given().when(confirms).then(asked);
    given(asks, message('u3')).when(confirms).then(asked);
  });

  it('is asked back again after asking again', () => {
    given(asks)
      .when(message('u2', { intent: 'end' }))
      .then(asked);
  });

  it.each([
    ['a constructive', message('x1')],
    ['an unassessed', unassessed('x1')],
  ])('has to ask again after %s message in between', (_kind, between) => {
    given(asks, between).when(confirms).then(asked);
  });

  it('has to ask again after a harmful message in between', () => {
    given(asks, harmful('x1'))
      .when(confirms)
      .then(confirmationAsked({ of: 'user', ladder: ladder('redirecting', 0) }));
  });

  it('confirms on one branch only', () => {
    given(message('u0'), asks, message('x1', { under: 'u0' }))
      .when(confirms)
      .then(asked);
  });

  it('confirms also with a message that is harmful or could not be assessed', () => {
    given(asks)
      .when(harmful('u2', { intent: 'confirm-end' }))
      .then(ended);
    given(asks)
      .when(unassessed('u2', { intent: 'confirm-end' }))
      .then(ended);
  });

  it('is asked on a line in trouble too, which stays where it is', () => {
    given(climb(4))
      .when(message('x1', { intent: 'end' }))
      .then(confirmationAsked({ of: 'user', ladder: ladder('warned', 3) }));
  });

  it('is not asked where the same message is harmful', () => {
    given()
      .when(harmful('u1', { intent: 'end' }))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0) }));
  });

  it('is heard by the assessor, too, and by the platform first', () => {
    given()
      .when(message('u1', { evidence: { ...assessed({}), intent: 'end' } }))
      .then(asked);
    given(asks)
      .when(message('u2', { intent: 'end', evidence: { ...assessed({}), intent: 'confirm-end' } }))
      .then(asked);
  });

  it('is not kept by a suspension of endings', () => {
    given(endingsSuspended(), asks).when(confirms).then(ended);
  });

  it('ends a line in trouble with the path that it had', () => {
    given(climb(4), message('u5', { intent: 'end' }))
      .when(message('u6', { intent: 'confirm-end' }))
      .thenIn(({ ids, id }) => [
        conversationEnded({
          by: 'user',
          endId: 'u6',
          path: {
            redirects: ids('RedirectAttempted'),
            warning: id('WarningIssued'),
            harmful: ['u1', 'u2', 'u3', 'u4'],
          },
        }),
      ]);
  });

  it('runs on a clear line under the newest policy, also between asking and confirming', () => {
    const document = policyDocument({ name: 'newer' });
    given(asks, activated(document))
      .when(confirms)
      .then(
        conversationEnded({ by: 'user', endId: 'u2', path: emptyPath, policy: policyId(document as { name: string }) }),
      );
    const shorter = policyDocument({ name: 'shorter', redirects: 2 });
    given(asks, activated(shorter))
      .when(message('u2', { intent: 'end' }))
      .then(
        confirmationAsked({
          of: 'user',
          ladder: ladder('clear', 0, 2),
          policy: policyId(shorter as { name: string }),
        }),
      );
  });
});

/** Invariant GUARD: a person at risk is never locked out, not even by their own wish. */
describe('under a raised guard', () => {
  const until = '2026-01-08T00:00:01.000Z';

  it('withholds the end and supports instead', () => {
    given(riskReported())
      .when(message('u1', { intent: 'end' }))
      .then(endWithheld({ cause: 'guard', verdict: 'support', until, ladder: ladder('clear') }));
    given(riskReported(), asks)
      .when(confirms)
      .then(endWithheld({ cause: 'guard', verdict: 'support', until, ladder: ladder('clear') }));
  });

  it('withholds it also where the risk came between asking and confirming', () => {
    given(asks, riskReported())
      .when(confirms)
      .then(
        endWithheld({ cause: 'guard', verdict: 'support', until: '2026-01-08T00:00:02.000Z', ladder: ladder('clear') }),
      );
  });

  it('sees the risk of the confirming message itself before the wish', () => {
    given(asks)
      .when(risky('u2', { intent: 'confirm-end' }))
      .then(
        guardRaised({
          kind: 'self-harm',
          verdict: 'support',
          because: risk('u2'),
          until: '2026-01-08T00:00:02.000Z',
        }),
      );
  });
});
