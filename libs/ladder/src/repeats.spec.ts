import {
  again,
  answer,
  climb,
  erased,
  feedback,
  harmful,
  message,
  riskReported,
  risky,
  systemMessage,
  unassessed,
} from './testing/builders.js';
import { harm, ladder, messageRepeated, redirectAdvised, warningAdvised } from './testing/expected.js';
import { given, givenWithin } from './testing/given.js';

describe('a message whose id is known', () => {
  it('draws the first verdict again, with the decision that it rests on', () => {
    given(harmful('u1'))
      .when(again(harmful('u1')))
      .thenIn(({ id }) => [messageRepeated({ of: '0:0', verdict: 'redirect', decisionId: id('RedirectAdvised') })]);
    given(climb(1))
      .when(again(answer('a1')))
      .thenIn(({ id }) => [messageRepeated({ of: '0:1', verdict: 'continue', decisionId: id('RedirectAttempted') })]);
    given(risky('u1'))
      .when(again(risky('u1')))
      .thenIn(({ id }) => [messageRepeated({ of: '0:0', verdict: 'support', decisionId: id('GuardRaised') })]);
  });

  it('draws the end again where it ended or was refused', () => {
    const ended = [...climb(4), harmful('u5')];
    const end = { endId: 'u5', endedAt: '2026-01-01T00:00:09.000Z' };
    given(...ended)
      .when(again(harmful('u5')))
      .thenIn(({ id }) => [
        messageRepeated({ of: '0:8', verdict: 'end', ...end, decisionId: id('ConversationEnded') }),
      ]);
    given(...ended, message('u6'))
      .when(again(message('u6')))
      .thenIn(({ id }) => [
        messageRepeated({ of: '0:9', verdict: 'refuse', ...end, decisionId: id('ConversationEnded') }),
      ]);
  });

  it('is known by what it left, also where nothing was said', () => {
    given(climb(1), systemMessage('s1'))
      .when(again(systemMessage('s1')))
      .then(messageRepeated({ of: '0:2', verdict: 'continue' }));
    given(climb(1), unassessed('u2'))
      .when(again(unassessed('u2')))
      .then(messageRepeated({ of: '0:2', verdict: 'continue' }));
  });

  it('moves nothing, whatever it says the second time', () => {
    const repeated = [
      harmful('u1', { under: 'a3' }),
      risky('u1', { under: 'a3' }),
      answer('u1', { under: 'u1' }),
      message('u1', { under: null, intent: 'end' }),
    ];
    for (const repeat of repeated) {
      given(climb(3), repeat)
        .when(harmful('u4', { under: 'a3' }))
        .then(warningAdvised({ because: harm('u4'), ladder: ladder('redirecting', 3) }));
    }
  });

  it('is the first one still after many repeats', () => {
    given(harmful('u1'), again(harmful('u1')), again(harmful('u1')))
      .when(again(harmful('u1')))
      .thenIn(({ id }) => [messageRepeated({ of: '0:0', verdict: 'redirect', decisionId: id('RedirectAdvised') })]);
  });

  it('is known after a risk that wiped its ladder', () => {
    given(harmful('u1'), riskReported())
      .when(again(harmful('u1')))
      .thenIn(({ id }) => [messageRepeated({ of: '0:0', verdict: 'redirect', decisionId: id('RedirectAdvised') })]);
  });

  it('is another message in another thread or tenant', () => {
    given(harmful('u1'))
      .when(harmful('u1', { thread: 't2' }))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0) }));
    given(harmful('u1'))
      .when(harmful('u1', { tenant: 'other' }))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0) }));
  });
});

describe('a message whose id is not known', () => {
  it('is judged as new where the first one left nothing', () => {
    given(message('u1'))
      .when(harmful('u1', { under: null }))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0) }));
  });

  it('is judged as new where the first one was forgotten, and is known again by then', () => {
    given(harmful('u1'))
      .when(harmful('u1', { under: null, later: 'P30D' }))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0) }));
    given(harmful('u1'), harmful('u1', { under: null, later: 'P30D' }))
      .when(again(harmful('u1')))
      .thenIn(({ ids }) => [
        messageRepeated({ of: '0:1', verdict: 'redirect', decisionId: ids('RedirectAdvised').at(-1)! }),
      ]);
  });

  it('is known up to the moment before', () => {
    given(harmful('u1'))
      .when(harmful('u1', { under: null, later: 'P29DT23H59M59S' }))
      .thenIn(({ id }) => [messageRepeated({ of: '0:0', verdict: 'redirect', decisionId: id('RedirectAdvised') })]);
  });
});

describe('feedback and erasure', () => {
  it.each([
    ['feedback', feedback],
    ['an erasure', erased],
  ])('by %s move nothing and leave nothing, however often they come', (_name, event) => {
    given(climb(4)).when(event()).thenNothing();
    given(climb(4), event({ id: 'e1' }))
      .when(event({ id: 'e1' }))
      .thenNothing();
  });
});

describe('a message without a parent id', () => {
  const posted = message('m1', { inLine: true });

  it('is a repeat where its id stood at one of the last positions, and says nothing', () => {
    given(posted)
      .when(harmful('m1', { inLine: true }))
      .thenNothing();
  });

  it('is judged as new outside of that window', () => {
    const others = [feedback(), feedback(), feedback()];
    givenWithin(4, posted, ...others)
      .when(harmful('m1', { inLine: true }))
      .thenNothing();
    givenWithin(3, posted, ...others)
      .when(harmful('m1', { inLine: true }))
      .then(redirectAdvised({ because: harm('m1'), ladder: ladder('redirecting', 0) }));
  });

  it('is a repeat also where its fact has expired', () => {
    given(harmful('m1', { inLine: true }))
      .when(harmful('m1', { inLine: true, later: 'P31D' }))
      .thenNothing();
  });

  it('draws the first verdict where its fact is alive', () => {
    given(harmful('m1', { inLine: true }))
      .when(harmful('m1', { inLine: true }))
      .thenIn(({ id }) => [messageRepeated({ of: '0:0', verdict: 'redirect', decisionId: id('RedirectAdvised') })]);
  });

  it('is no repeat of one in another thread', () => {
    given(posted)
      .when(harmful('m1', { inLine: true, thread: 't2' }))
      .then(redirectAdvised({ because: harm('m1'), ladder: ladder('redirecting', 0) }));
  });
});
