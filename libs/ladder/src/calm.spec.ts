import { policyId } from './policy.js';
import { activated, answer, climb, harmful, message, unassessed } from './testing/builders.js';
import { harm, ladder, ladderReset, messageRepeated, redirectAdvised, warningAdvised } from './testing/expected.js';
import { given } from './testing/given.js';
import { policyDocument } from './testing/history/policies.js';

const calm = (from: number, turns: number) =>
  Array.from({ length: turns }, (_, i) => from + i).flatMap((n) => [message(`c${n}`), answer(`d${n}`)]);

describe('constructive turns', () => {
  it('clear the ladder at the number that the policy asks for, and say so', () => {
    given(climb(2), calm(1, 2)).when(message('c3')).then(ladderReset());
    given(climb(2), calm(1, 1)).when(message('c2')).then();
  });

  it('clear a warned line, too', () => {
    given(climb(4), calm(1, 2)).when(message('c3')).then(ladderReset());
  });

  it('leave nothing counted behind', () => {
    given(climb(4), calm(1, 3))
      .when(harmful('u5'))
      .then(redirectAdvised({ because: harm('u5'), ladder: ladder('redirecting', 0) }));
  });

  it('have to come in a row', () => {
    given(climb(3), calm(1, 2), harmful('u4'), answer('a4'), calm(3, 1)).when(message('c4')).then();
    given(climb(1), calm(1, 2), climb(1, { from: 2 }), calm(3, 2))
      .when(message('c5'))
      .then(ladderReset());
  });

  it('take nothing back as long as there are too few', () => {
    given(climb(3), calm(1, 2))
      .when(harmful('u4'))
      .then(warningAdvised({ because: harm('u4'), ladder: ladder('redirecting', 3) }));
  });

  it('do not move while advice awaits an answer: an aside draws the same advice again', () => {
    given(climb(1), calm(1, 2), harmful('u2'))
      .when(message('x1'))
      .then(redirectAdvised({ because: harm('u2'), again: true, ladder: ladder('redirecting', 1) }));
    given(climb(1), calm(1, 1), harmful('u2'), message('x1'), message('x2'), message('x3'), answer('a2'), calm(2, 2))
      .when(message('c4'))
      .then(ladderReset());
  });

  it('do not include those that could not be assessed, which do not interrupt the row either', () => {
    given(climb(2), calm(1, 2), unassessed('x1')).when(unassessed('x2')).then();
    given(climb(2), calm(1, 2), unassessed('x1')).when(message('c3')).then(ladderReset());
  });

  it('do not include a wish to end, which does not interrupt the row either', () => {
    given(climb(2), calm(1, 2), message('x1', { intent: 'end' }))
      .when(message('c3'))
      .then(ladderReset());
  });

  it('mean nothing on a clear line', () => {
    given(calm(1, 5)).when(message('c6')).thenNothing();
  });

  it('clear the line at the first one where the policy says so, and the message is known by it', () => {
    const lenient = policyDocument({ name: 'lenient', calmTurns: 1 });
    const policy = policyId(lenient as { name: string });
    given(activated(lenient), climb(1))
      .when(message('c1'))
      .then(ladderReset({ policy: policy }));
    given(activated(lenient), climb(1), message('c1'))
      .when(message('c1'))
      .thenIn(({ id }) => [messageRepeated({ of: '0:3', verdict: 'continue', decisionId: id('LadderReset'), policy })]);
  });
});
