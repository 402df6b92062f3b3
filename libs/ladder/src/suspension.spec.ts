import { again, answer, climb, endingsResumed, endingsSuspended, harmful } from './testing/builders.js';
import { conversationEnded, endWithheld, harm, ladder } from './testing/expected.js';
import { given } from './testing/given.js';

const withheld = endWithheld({
  cause: 'suspended',
  verdict: 'redirect',
  because: harm('u5'),
  ladder: ladder('warned', 3),
});

describe('while endings are suspended', () => {
  it('redirects where it would have ended', () => {
    given(climb(4), endingsSuspended()).when(harmful('u5')).then(withheld);
    given(endingsSuspended(), climb(4)).when(harmful('u5')).then(withheld);
  });

  it('says nothing of the suspension itself', () => {
    given().when(endingsSuspended()).then();
    given(endingsSuspended()).when(endingsResumed()).then();
  });

  it('holds for the tenant, and for no other', () => {
    given(climb(4), endingsSuspended({ tenant: 'other' }))
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

  it('stays suspended after a late repeat of an earlier resumption', () => {
    const resumed = endingsResumed({ id: 'r1' });
    given(climb(4), resumed, endingsSuspended(), again(resumed))
      .when(harmful('u5', { under: 'a4' }))
      .then(withheld);
  });
});

it('ends again once endings are resumed, with all that counted', () => {
  given(climb(4), endingsSuspended(), harmful('u5'), answer('a5'), endingsResumed())
    .when(harmful('u6'))
    .thenIn(({ ids, id }) => [
      conversationEnded({
        by: 'policy',
        endId: 'u6',
        because: harm('u6'),
        path: {
          redirects: ids('RedirectAttempted'),
          warning: id('WarningIssued'),
          harmful: ['u1', 'u2', 'u3', 'u4', 'u5', 'u6'],
        },
      }),
    ]);
});
