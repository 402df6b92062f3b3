import { answer, climb, harmful, message, riskReported, systemMessage, toolMessage } from './testing/builders.js';
import {
  harm,
  ladder,
  messageRefused,
  redirectAdvised,
  redirectAttempted,
  warningAdvised,
} from './testing/expected.js';
import { given } from './testing/given.js';

const fresh = (id: string) => redirectAdvised({ because: harm(id), ladder: ladder('redirecting', 0) });

describe('in a tree', () => {
  it('starts from clear at a first message', () => {
    given(climb(3))
      .when(harmful('x1', { under: null }))
      .then(fresh('x1'));
  });

  it('starts from clear under a parent that nobody has seen', () => {
    given(climb(3))
      .when(harmful('x1', { under: 'nobody' }))
      .then(fresh('x1'));
  });

  it('starts from clear under itself', () => {
    given(climb(3))
      .when(harmful('x1', { under: 'x1' }))
      .then(fresh('x1'));
  });

  it('goes on from a parent that is clear, whatever its siblings did', () => {
    given(message('m1'), climb(4), harmful('u5'))
      .when(harmful('x1', { under: 'm1' }))
      .then(fresh('x1'));
  });

  it('counts on each branch what was delivered on that branch', () => {
    given(climb(2), harmful('u3'), answer('a3'), answer('b3', { under: 'u3', seen: '0:0' }))
      .when(harmful('u4', { under: 'b3' }))
      .then(redirectAdvised({ because: harm('u4'), ladder: ladder('redirecting', 2) }));
    given(climb(2), harmful('u3'), answer('a3'), answer('b3', { under: 'u3', seen: '0:0' }))
      .when(harmful('u4', { under: 'a3' }))
      .then(warningAdvised({ because: harm('u4'), ladder: ladder('redirecting', 3) }));
  });

  it('delivers the same advice on each branch that answers it', () => {
    given(harmful('u1'), answer('a1'))
      .when(answer('b1', { under: 'u1' }))
      .then(redirectAttempted({ because: harm('u1'), ladder: ladder('redirecting', 1) }));
  });

  it('knows a parent that came later only from then on', () => {
    given(harmful('x2', { under: 'x1' }), harmful('x1', { under: null }), answer('y1'))
      .when(answer('y2', { under: 'x2' }))
      .then(redirectAttempted({ because: harm('x2'), ladder: ladder('redirecting', 1) }));
  });
});

describe('in a thread without parent ids', () => {
  const line = { inLine: true };

  it('is one line', () => {
    given(climb(3, line))
      .when(harmful('u4', line))
      .then(warningAdvised({ because: harm('u4'), ladder: ladder('redirecting', 3) }));
  });

  it('follows the latest message, whoever wrote it', () => {
    given(harmful('u1', line), systemMessage('s1', line), toolMessage('x1', line))
      .when(answer('a1', line))
      .then(redirectAttempted({ because: harm('u1'), ladder: ladder('redirecting', 1) }));
  });

  it('starts from clear where nothing was said yet', () => {
    given().when(harmful('u1', line)).then(fresh('u1'));
  });

  it('follows the latest also where that one named its parent', () => {
    given(climb(2), message('m1', { under: null }))
      .when(harmful('x1', line))
      .then(fresh('x1'));
    given(message('m1', { under: null }), climb(2, { under: null }))
      .when(harmful('x1', line))
      .then(redirectAdvised({ because: harm('x1'), ladder: ladder('redirecting', 2) }));
  });

  it('is refused as a whole once it has ended, for as long as it takes', () => {
    given(climb(4, line), harmful('u5', line), message('u6', line))
      .when(message('u7', { ...line, later: 'P400D' }))
      .thenIn(({ id }) => [
        messageRefused({ endId: 'u5', endedAt: '2026-01-01T00:00:09.000Z', decisionId: id('ConversationEnded') }),
      ]);
  });

  it('goes on from an earlier message by naming it', () => {
    given(climb(4, line), harmful('u5', line), message('x1', { under: 'a1' }))
      .when(message('x2', line))
      .then();
  });

  it('goes on from clear after a first message, a risk, or a long silence', () => {
    given(climb(3, line), message('m1', { under: null }))
      .when(harmful('x1', line))
      .then(fresh('x1'));
    given(climb(3, line), riskReported()).when(answer('x1', line)).then();
    given(climb(3, line))
      .when(harmful('x1', { ...line, later: 'P30D' }))
      .then(fresh('x1'));
  });

  it('is not led astray by a repeat, nor by another thread', () => {
    given(climb(2, line), harmful('u1', line), message('z1', { ...line, thread: 't2' }))
      .when(harmful('u3', line))
      .then(redirectAdvised({ because: harm('u3'), ladder: ladder('redirecting', 2) }));
  });
});
