import { climb, harmful, message, unassessed } from './testing/builders.js';
import { assessed } from './testing/events.js';
import { confirmationAsked, conversationEnded, harm, ladder, redirectAdvised } from './testing/expected.js';
import { given } from './testing/given.js';

const unavailable = { ...assessed({ abuse: 1 }), status: 'unavailable' as const };
const { risk: _looked, ...withoutRisk } = assessed({ abuse: 1 });

/** Invariant FAIL-SAFE: what is not known never counts. */
describe.each([
  ['no evidence at all', null],
  ['evidence of an assessor that was not available', unavailable],
  ['evidence that did not look for risk', withoutRisk],
])('with %s', (_kind, evidence) => {
  const unknown = message('x1', { evidence });

  it('an insult leaves a clear line clear', () => {
    given().when(unknown).thenNothing();
  });

  it('an insult counts nothing on a line in trouble', () => {
    given(climb(3)).when(unknown).then();
    given(climb(3), unknown, message('x2', { evidence }))
      .when(harmful('u4'))
      .thenIn(() => [
        { name: 'WarningAdvised', data: { verdict: 'warn', because: harm('u4'), ladder: ladder('redirecting', 3) } },
      ]);
  });

  it('an insult never ends a warned line', () => {
    given(climb(4)).when(unknown).then();
  });

  it('no advice is given again, and none is lost', () => {
    given(harmful('u1')).when(unknown).then();
    given(harmful('u1'), unknown)
      .when(harmful('u2'))
      .then(redirectAdvised({ because: harm('u1'), again: true, ladder: ladder('redirecting', 0) }));
  });

  it("the platform's own intent is heard", () => {
    given()
      .when(message('x1', { evidence, intent: 'end' }))
      .then(confirmationAsked({ of: 'user', ladder: ladder('clear') }));
    given(message('x1', { evidence, intent: 'end' }))
      .when(message('x2', { evidence, intent: 'confirm-end' }))
      .then(conversationEnded({ by: 'user', endId: 'x2', path: { redirects: [], harmful: [] } }));
  });
});

it('is looked at in user messages only', () => {
  given()
    .when(message('x1', { evidence: assessed({}) }))
    .thenNothing();
  given(unassessed('x1'))
    .when(harmful('u1'))
    .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0) }));
});
