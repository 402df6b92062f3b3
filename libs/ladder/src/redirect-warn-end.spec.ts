import { policyId } from './policy.js';
import {
  activated,
  answer,
  climb,
  harmful,
  message,
  systemMessage,
  toolMessage,
  unseeingAnswer,
} from './testing/builders.js';
import {
  conversationEnded,
  endWithheld,
  harm,
  ladder,
  redirectAdvised,
  redirectAttempted,
  warningAdvised,
  warningIssued,
} from './testing/expected.js';
import { given } from './testing/given.js';
import { policyDocument } from './testing/history/policies.js';

/** Invariant LAST-RESORT, as a story: redirect, redirect, redirect, warn, end. */
describe('a line that is abusive all along, under the built-in policy', () => {
  it('draws advice to redirect at the first insult', () => {
    given()
      .when(harmful('u1'))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0) }));
  });

  it('counts the redirect once the assistant has answered', () => {
    given(harmful('u1'))
      .when(answer('a1'))
      .then(redirectAttempted({ because: harm('u1'), ladder: ladder('redirecting', 1) }));
  });

  it('draws a second and a third redirect', () => {
    given(climb(1))
      .when(harmful('u2'))
      .then(redirectAdvised({ because: harm('u2'), ladder: ladder('redirecting', 1) }));
    given(climb(2), harmful('u3'))
      .when(answer('a3'))
      .then(redirectAttempted({ because: harm('u3'), ladder: ladder('redirecting', 3) }));
  });

  it('is warned when all redirects have failed', () => {
    given(climb(3))
      .when(harmful('u4'))
      .then(warningAdvised({ because: harm('u4'), ladder: ladder('redirecting', 3) }));
  });

  it('stands warned once the warning is delivered', () => {
    given(climb(3), harmful('u4'))
      .when(answer('a4'))
      .then(warningIssued({ because: harm('u4'), ladder: ladder('warned', 3) }));
  });

  it('ends at the fifth answered insult, and names the path that led there', () => {
    given(climb(4))
      .when(harmful('u5'))
      .thenIn(({ ids, id }) => [
        conversationEnded({
          by: 'policy',
          endId: 'u5',
          because: harm('u5'),
          path: {
            redirects: ids('RedirectAttempted'),
            warning: id('WarningIssued'),
            harmful: ['u1', 'u2', 'u3', 'u4', 'u5'],
          },
        }),
      ]);
  });
});

describe('what lies between', () => {
  it('takes a score at its threshold as harmful, and one below it not', () => {
    given()
      .when(harmful('u1', { score: 0.8 }))
      .then(redirectAdvised({ because: harm('u1', 'abuse', 0.8), ladder: ladder('redirecting', 0) }));
    given()
      .when(harmful('u1', { score: 0.7999 }))
      .thenNothing();
  });

  it('lets the highest score speak, and of equal ones the first by name', () => {
    const evidence = (scores: Record<string, number>) => ({
      evidence: { assessor: 'platform', version: '1', status: 'assessed' as const, harm: scores, risk: {} },
    });
    given()
      .when(message('u1', evidence({ abuse: 0.85, hate: 0.95 })))
      .then(redirectAdvised({ because: harm('u1', 'hate', 0.95, 0.85), ladder: ladder('redirecting', 0) }));
    given()
      .when(message('u1', evidence({ hate: 0.9, abuse: 0.9 })))
      .then(redirectAdvised({ because: harm('u1', 'abuse', 0.9), ladder: ladder('redirecting', 0) }));
    // A louder score below its own threshold does not speak.
    given()
      .when(message('u1', evidence({ hate: 0.84, abuse: 0.81 })))
      .then(redirectAdvised({ because: harm('u1', 'abuse', 0.81), ladder: ladder('redirecting', 0) }));
  });

  it('ignores categories that the policy does not name', () => {
    given()
      .when(harmful('u1', { category: 'rudeness', score: 1 }))
      .thenNothing();
    given()
      .when(harmful('u1', { category: 'constructor', score: 1 }))
      .thenNothing();
  });

  it('gives the same advice again, and counts nothing, while no answer has come', () => {
    given(harmful('u1'))
      .when(harmful('u2'))
      .then(redirectAdvised({ because: harm('u1'), again: true, ladder: ladder('redirecting', 0) }));
    given(climb(3), harmful('u4'))
      .when(harmful('u5'))
      .then(warningAdvised({ because: harm('u4'), again: true, ladder: ladder('redirecting', 3) }));
  });

  it('counts two insults in a row as one after the warning, too', () => {
    const document = policyDocument({ name: 'patient', persistAfterWarning: 2 });
    const policy = policyId(document as { name: string });
    const advised = { because: harm('u5'), ladder: ladder('warned', 3), policy };
    given(activated(document), climb(4)).when(harmful('u5')).then(redirectAdvised(advised));
    given(activated(document), climb(4), harmful('u5'))
      .when(harmful('u6'))
      .then(redirectAdvised({ ...advised, again: true }));
  });

  it('counts each insult where nothing was advised: what is withheld awaits no answer', () => {
    const document = policyDocument({ name: 'observe', endBy: 'nobody' });
    const policy = policyId(document as { name: string });
    const withheld = { cause: 'observe', verdict: 'redirect', ladder: ladder('warned', 3), policy } as const;
    given(activated(document), climb(4), harmful('u5'))
      .when(harmful('u6'))
      .then(endWithheld({ ...withheld, because: harm('u6') }));
    given(activated(document), climb(4), harmful('u5')).when(answer('a5')).then();
  });

  it('counts an answer to repeated advice once', () => {
    given(harmful('u1'), harmful('u2'), harmful('u3'))
      .when(answer('a3'))
      .then(redirectAttempted({ because: harm('u1'), ladder: ladder('redirecting', 1) }));
  });

  it('drops advice that an answer did not know, and begins again at the same number', () => {
    given(harmful('u1')).when(unseeingAnswer('a1')).then();
    given(harmful('u1'), unseeingAnswer('a1'))
      .when(harmful('u2'))
      .then(redirectAdvised({ because: harm('u2'), ladder: ladder('redirecting', 0) }));
  });

  it('never warns before the redirects were delivered, however often they were advised', () => {
    const unseen = ['1', '2', '3', '4', '5', '6'].flatMap((n) => [harmful(`u${n}`), unseeingAnswer(`a${n}`)]);
    given(...unseen)
      .when(harmful('u7'))
      .then(redirectAdvised({ because: harm('u7'), ladder: ladder('redirecting', 0) }));
  });

  it('warns again where the warning was not delivered', () => {
    given(climb(3), harmful('u4'), unseeingAnswer('a4'))
      .when(harmful('u5'))
      .then(warningAdvised({ because: harm('u5'), ladder: ladder('redirecting', 3) }));
  });

  it('names in the path of an end only the harmful messages that counted', () => {
    given(harmful('x1'), unseeingAnswer('x2'), climb(3), harmful('u4'), harmful('x3'), answer('a4'))
      .when(harmful('u5'))
      .thenIn(({ ids, id }) => [
        conversationEnded({
          by: 'policy',
          endId: 'u5',
          because: harm('u5'),
          path: {
            redirects: ids('RedirectAttempted'),
            warning: id('WarningIssued'),
            harmful: ['u1', 'u2', 'u3', 'u4', 'u5'],
          },
        }),
      ]);
  });

  it('names at most 64 harmful messages in a path: the first ones, and the last', () => {
    const observing = policyDocument({ name: 'observe', redirects: 2, endBy: 'nobody' });
    const ending = policyDocument({ name: 'end', redirects: 2, appliesTo: 'all' });
    const insults = Array.from({ length: 67 }, (_, i) => harmful(`u${i + 4}`));
    given(activated(observing), climb(3), insults, activated(ending))
      .when(harmful('x1'))
      .thenIn(({ ids, id }) => [
        conversationEnded({
          by: 'policy',
          endId: 'x1',
          because: harm('x1'),
          path: {
            redirects: ids('RedirectAttempted'),
            warning: id('WarningIssued'),
            harmful: [...Array.from({ length: 63 }, (_, i) => `u${i + 1}`), 'x1'],
          },
          policy: policyId(ending as { name: string }),
        }),
      ]);
  });

  it('passes the ladder on over system and tool messages, and settles nothing by them', () => {
    given(harmful('u1'), systemMessage('s1'), toolMessage('x1'))
      .when(answer('a1'))
      .then(redirectAttempted({ because: harm('u1'), ladder: ladder('redirecting', 1) }));
    given(harmful('u1'))
      .when(systemMessage('s1', { seen: '0:9', signal: { redirected: true, proposesEnd: true } }))
      .then();
  });

  it('settles nothing by a second answer', () => {
    given(harmful('u1'), answer('a1')).when(answer('b1')).then();
  });
});
