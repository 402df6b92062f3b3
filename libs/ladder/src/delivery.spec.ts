import { policyId } from './policy.js';
import { activated, answer, climb, harmful, message, unseeingAnswer } from './testing/builders.js';
import {
  conversationEnded,
  harm,
  ladder,
  redirectAdvised,
  redirectAttempted,
  warningAdvised,
  warningIssued,
} from './testing/expected.js';
import { given } from './testing/given.js';
import { policyDocument } from './testing/history/policies.js';

const idOf = (document: object) => policyId(document as { name: string });

/** Invariants LAST-RESORT and FAIL-SAFE: what nobody can have seen was not tried. */
describe('delivery "reply"', () => {
  const delivered = redirectAttempted({ because: harm('u1'), ladder: ladder('redirecting', 1) });
  // Offsets: m1 0, u1 1, then the answer at 2.
  const advisedAtOne = [message('m1'), harmful('u1')];

  it('counts an answer that was written with the advice read', () => {
    given(...advisedAtOne)
      .when(answer('a1', { seen: '0:1' }))
      .then(delivered);
    given(...advisedAtOne)
      .when(answer('a1', { seen: '0:2' }))
      .then(delivered);
  });

  it('drops the advice where the answer was written before it', () => {
    given(...advisedAtOne)
      .when(answer('a1', { seen: '0:0' }))
      .then();
    given(...advisedAtOne, answer('a1', { seen: '0:0' }))
      .when(answer('b1', { seen: '0:9' }))
      .then();
  });

  it('drops it where nobody says what was read, as in a backlog or a bulk load', () => {
    given(...advisedAtOne)
      .when(unseeingAnswer('a1'))
      .then();
  });

  it('drops it where what was read is of another partition', () => {
    given(...advisedAtOne)
      .when(answer('a1', { seen: '1:5' }))
      .then();
  });

  it('counts an answer to advice that was given again from when it was given first', () => {
    given(...advisedAtOne, harmful('u2'))
      .when(answer('a1', { seen: '0:1' }))
      .then(delivered);
  });

  it('takes no word for it', () => {
    given(...advisedAtOne)
      .when(unseeingAnswer('a1', { signal: { redirected: true } }))
      .then();
  });

  it('never climbs through a backlog, however long', () => {
    const backlog = Array.from({ length: 30 }, (_, i) => [harmful(`u${i}`), answer(`a${i}`, { seen: '0:0' })]).slice(1);
    given(message('m1'), ...backlog)
      .when(harmful('u99'))
      .then(redirectAdvised({ because: harm('u99'), ladder: ladder('redirecting', 0) }));
  });
});

describe('delivery "reported"', () => {
  const document = policyDocument({ name: 'reported', redirects: 2, delivery: 'reported' });
  const policy = idOf(document);
  const redirected = { signal: { redirected: true } };
  const beforeWarning = [
    activated(document),
    harmful('u1'),
    unseeingAnswer('a1', redirected),
    harmful('u2'),
    unseeingAnswer('a2', redirected),
    harmful('u3'),
  ];

  it('counts the word of the answer, and nothing else', () => {
    given(activated(document), harmful('u1'))
      .when(unseeingAnswer('a1', redirected))
      .then(redirectAttempted({ because: harm('u1'), ladder: ladder('redirecting', 1, 2), policy }));
    given(activated(document), harmful('u1')).when(answer('a1')).then();
  });

  it('counts only the word for what was advised', () => {
    given(activated(document), harmful('u1'))
      .when(answer('a1', { signal: { warned: true } }))
      .then();
    given(...beforeWarning)
      .when(answer('a3', redirected))
      .then();
    given(...beforeWarning)
      .when(answer('a3', { signal: { warned: true } }))
      .then(warningIssued({ because: harm('u3'), ladder: ladder('warned', 2, 2), policy }));
    given(...beforeWarning)
      .when(answer('a3', { signal: { warned: false, redirected: true } }))
      .then();
  });
});

/** For platforms that stream user messages only. */
describe('delivery "assumed"', () => {
  const document = policyDocument({ name: 'assumed', redirects: 2, delivery: 'assumed' });
  const policy = idOf(document);
  const insults = (count: number) => Array.from({ length: count }, (_, i) => harmful(`u${i + 1}`));

  it('counts the advice itself, at the same position', () => {
    given(activated(document))
      .when(harmful('u1'))
      .then(
        redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0, 2), policy }),
        redirectAttempted({ because: harm('u1'), ladder: ladder('redirecting', 1, 2), policy }),
      );
    given(activated(document), ...insults(2))
      .when(harmful('u3'))
      .then(
        warningAdvised({ because: harm('u3'), ladder: ladder('redirecting', 2, 2), policy }),
        warningIssued({ because: harm('u3'), ladder: ladder('warned', 2, 2), policy }),
      );
  });

  it('ends a line of user messages alone', () => {
    given(activated(document), ...insults(3))
      .when(harmful('u4'))
      .thenIn(({ ids, id }) => [
        conversationEnded({
          by: 'policy',
          endId: 'u4',
          because: harm('u4'),
          path: {
            redirects: ids('RedirectAttempted'),
            warning: id('WarningIssued'),
            harmful: ['u1', 'u2', 'u3', 'u4'],
          },
          policy,
        }),
      ]);
  });

  it('has nothing left for an answer to deliver', () => {
    given(activated(document), harmful('u1')).when(answer('a1')).then();
  });

  it('counts advice that was given under another policy when it is given again under this one', () => {
    const forAll = policyDocument({ name: 'assumed', delivery: 'assumed', appliesTo: 'all' });
    given(harmful('u1'), activated(forAll))
      .when(harmful('u2'))
      .then(
        redirectAdvised({ because: harm('u1'), again: true, ladder: ladder('redirecting', 0), policy: idOf(forAll) }),
        redirectAttempted({ because: harm('u1'), ladder: ladder('redirecting', 1), policy: idOf(forAll) }),
      );
  });
});

it('numbers the redirects that were delivered, not those that were advised', () => {
  given(climb(1), harmful('x1'), unseeingAnswer('y1'), harmful('u2'))
    .when(answer('a2'))
    .then(redirectAttempted({ because: harm('u2'), ladder: ladder('redirecting', 2) }));
});
