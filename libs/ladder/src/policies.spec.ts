import { shareOfThread } from '@offramp/events';
import { policyId } from './policy.js';
import { activated, again, answer, climb, harmful, message, riskReported } from './testing/builders.js';
import {
  conversationEnded,
  guardRaised,
  harm,
  ladder,
  messageRepeated,
  policyApplied,
  recordQuarantined,
  redirectAdvised,
  redirectAttempted,
  warningAdvised,
  warningIssued,
} from './testing/expected.js';
import { given } from './testing/given.js';
import { policyDocument } from './testing/history/policies.js';

const idOf = (document: object) => policyId(document as { name: string });
const swift = policyDocument({ name: 'swift', redirects: 2 });
const swiftId = idOf(swift);
const swiftForAll = policyDocument({ name: 'swift', redirects: 2, appliesTo: 'all' });

describe('an activation', () => {
  it('is said, with its share', () => {
    given()
      .when(activated(swift, { share: 0.25 }))
      .then(policyApplied({ policy: swiftId, share: 0.25 }));
  });

  it('counts once, by its id, so that a late repeat activates nothing again', () => {
    const first = activated(swift, { id: 'p1' });
    given(first).when(again(first)).thenNothing();
    given(first, activated(policyDocument({ name: 'newer' }), { id: 'p2' }), again(first))
      .when(harmful('u1'))
      .then(
        redirectAdvised({
          because: harm('u1'),
          ladder: ladder('redirecting', 0),
          policy: idOf(policyDocument({ name: 'newer' })),
        }),
      );
  });

  it('of a document below a floor is quarantined, and nothing applies', () => {
    given()
      .when(activated(policyDocument({ redirects: 1 })))
      .then(recordQuarantined('invalid-policy'));
    given(activated(policyDocument({ redirects: 1 })))
      .when(harmful('u1'))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0) }));
  });

  it('under an id that is not that of its document is quarantined', () => {
    given()
      .when(activated(swift, { policy: 'swift@00000000' }))
      .then(recordQuarantined('policy-id-mismatch'));
  });

  it('of semantics that nobody knows here stops the partition', () => {
    given()
      .when(activated(policyDocument({ semantics: 2 })))
      .thenStopped(/semantics 2/);
    given()
      .when(activated({ ...policyDocument({ semantics: 2 }), redirects: undefined, ladder: 'spiral' }))
      .thenStopped(/semantics 2/);
  });
});

describe('the policy of a line', () => {
  it('is the newest from where the line leaves clear', () => {
    given(activated(policyDocument({ name: 'older' })), activated(swift), message('m1'))
      .when(harmful('u1'))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0, 2), policy: swiftId }));
  });

  it('stays with a line that is not clear', () => {
    given(climb(2), activated(swift))
      .when(harmful('u3'))
      .then(redirectAdvised({ because: harm('u3'), ladder: ladder('redirecting', 2) }));
  });

  it('is the newest again once the line is clear again, or on another line', () => {
    given(climb(2), activated(swift), message('c1'), message('c2'), message('c3'))
      .when(harmful('u3'))
      .then(redirectAdvised({ because: harm('u3'), ladder: ladder('redirecting', 0, 2), policy: swiftId }));
    given(climb(2), activated(swift))
      .when(harmful('x1', { under: null }))
      .then(redirectAdvised({ because: harm('x1'), ladder: ladder('redirecting', 0, 2), policy: swiftId }));
  });

  it('is a newer one at once where that says that it applies to all', () => {
    given(climb(2), activated(swiftForAll))
      .when(harmful('u3'))
      .then(warningAdvised({ because: harm('u3'), ladder: ladder('redirecting', 2, 2), policy: idOf(swiftForAll) }));
    given(climb(2), harmful('u3'), activated(swiftForAll))
      .when(answer('a3'))
      .then(redirectAttempted({ because: harm('u3'), ladder: ladder('redirecting', 3), policy: idOf(swiftForAll) }));
  });

  it('stays that newer one when a third comes for new lines', () => {
    given(climb(2), activated(swiftForAll), activated(policyDocument({ name: 'third' })))
      .when(harmful('u3'))
      .then(warningAdvised({ because: harm('u3'), ladder: ladder('redirecting', 2, 2), policy: idOf(swiftForAll) }));
  });

  it('is named by a repeat as it was when the first verdict was given', () => {
    given(climb(1), activated(swiftForAll), harmful('u2'))
      .when(again(harmful('u2')))
      .thenIn(({ ids }) => [
        messageRepeated({
          of: '0:3',
          verdict: 'redirect',
          decisionId: ids('RedirectAdvised').at(-1)!,
          policy: idOf(swiftForAll),
        }),
      ]);
  });

  it('holds for its tenant only', () => {
    given(activated(swift, { tenant: 'other' }))
      .when(harmful('u1'))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0) }));
  });

  it('gives way to the newest where risk and the guard are concerned', () => {
    const watchful = policyDocument({ name: 'watchful', guard: { expiresAfter: 'P1D' } });
    given(climb(2), activated(watchful))
      .when(riskReported())
      .then(guardRaised({ until: '2026-01-02T00:00:06.000Z', policy: idOf(watchful) }));
  });
});

describe('a policy for a share of the threads', () => {
  const covered = 't1';
  const share = shareOfThread('swift', 'acme', covered);

  it('applies to the threads below its share', () => {
    given(activated(swift, { share: share + 1e-9 }))
      .when(harmful('u1', { thread: covered }))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0, 2), policy: swiftId }));
    given(activated(swift, { share }))
      .when(harmful('u1', { thread: covered }))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0) }));
  });

  it('applies to all at 1 and to none at 0', () => {
    given(activated(swift, { share: 1 }))
      .when(harmful('u1'))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0, 2), policy: swiftId }));
    given(activated(swift, { share: 0 }))
      .when(harmful('u1'))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0) }));
  });

  it('leaves the others with what they had', () => {
    const trial = policyDocument({ name: 'trial', redirects: 4 });
    given(activated(swift), activated(trial, { share: 0 }))
      .when(harmful('u1'))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0, 2), policy: swiftId }));
  });

  it('stays with a line that began under it when the share shrinks', () => {
    given(activated(swift), climb(2), activated(policyDocument({ name: 'other' })), activated(swift, { share: 0 }))
      .when(harmful('u3'))
      .then(warningAdvised({ because: harm('u3'), ladder: ladder('redirecting', 2, 2), policy: swiftId }));
  });
});

describe('a category with numbers of its own', () => {
  const document = policyDocument({
    name: 'by-category',
    redirects: 2,
    perCategory: { hate: { redirects: 3, persistAfterWarning: 2 }, 'sexual/minors': { redirects: 2 } },
  });
  const policy = idOf(document);
  const hate = (id: string) => harm(id, 'hate', 0.95, 0.85);

  it('asks for its own number of redirects', () => {
    given(activated(document), climb(2, { category: 'hate' } as object))
      .when(harmful('u3', { category: 'hate' }))
      .then(redirectAdvised({ because: hate('u3'), ladder: ladder('redirecting', 2), policy }));
    given(activated(document), climb(2))
      .when(harmful('u3'))
      .then(warningAdvised({ because: harm('u3'), ladder: ladder('redirecting', 2, 2), policy }));
  });

  it('is redirected further also on a line that is already warned', () => {
    given(activated(document), climb(3))
      .when(harmful('u4', { category: 'hate' }))
      .then(redirectAdvised({ because: hate('u4'), ladder: ladder('warned', 2), policy }));
    given(activated(document), climb(3), harmful('u4', { category: 'hate' }))
      .when(answer('a4'))
      .then(redirectAttempted({ because: hate('u4'), ladder: ladder('warned', 3), policy }));
  });

  it('asks for its own patience after the warning', () => {
    const insult = (n: number) => [harmful(`u${n}`, { category: 'hate' }), answer(`a${n}`)];
    const warned = [activated(document), ...[1, 2, 3, 4].flatMap(insult)];
    given(...warned)
      .when(harmful('u5', { category: 'hate' }))
      .then(redirectAdvised({ because: hate('u5'), ladder: ladder('warned', 3), policy }));
    given(...warned, ...insult(5))
      .when(harmful('u6', { category: 'hate' }))
      .thenIn(({ ids, id }) => [
        conversationEnded({
          by: 'policy',
          endId: 'u6',
          because: hate('u6'),
          path: {
            redirects: ids('RedirectAttempted'),
            warning: id('WarningIssued'),
            harmful: ['u1', 'u2', 'u3', 'u4', 'u5', 'u6'],
          },
          policy,
        }),
      ]);
  });

  it('counts harm after the warning together, whatever its category', () => {
    given(activated(document), climb(2), harmful('u3', { category: 'hate' }), answer('a3'), climb(1, { from: 4 }))
      .when(harmful('u5', { category: 'hate' }))
      .then(redirectAdvised({ because: hate('u5'), ladder: ladder('warned', 3), policy }));
  });

  it('is asked for again by a newer policy that asks all for more', () => {
    const patient = policyDocument({ name: 'patient', redirects: 4, appliesTo: 'all' });
    given(activated(document), climb(3), activated(patient))
      .when(harmful('u4'))
      .then(redirectAdvised({ because: harm('u4'), ladder: ladder('warned', 2, 4), policy: idOf(patient) }));
  });
});

it('uses the built-in policy where nothing was activated', () => {
  given(climb(3), harmful('u4'))
    .when(answer('a4'))
    .then(warningIssued({ because: harm('u4'), ladder: ladder('warned', 3) }));
});
