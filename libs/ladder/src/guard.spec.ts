import { policyId } from './policy.js';
import {
  activated,
  answer,
  climb,
  harmful,
  message,
  proposal,
  riskCleared,
  riskReported,
  risky,
} from './testing/builders.js';
import {
  endWithheld,
  guardCleared,
  guardRaised,
  harm,
  ladder,
  redirectAdvised,
  risk,
  supportAdvised,
} from './testing/expected.js';
import { given } from './testing/given.js';
import { policyDocument } from './testing/history/policies.js';

const until = '2026-01-08T00:00:01.000Z';

/** Invariant GUARD. */
describe('while the guard is up', () => {
  it('answers insults with support, and counts none', () => {
    given(riskReported())
      .when(harmful('u1'))
      .then(supportAdvised({ because: harm('u1'), until }));
    given(riskReported(), climb(9))
      .when(harmful('u10'))
      .then(supportAdvised({ because: harm('u10'), until }));
  });

  it('lets everything else pass in silence', () => {
    given(riskReported()).when(message('u1')).thenNothing();
    given(riskReported(), harmful('u1')).when(answer('a1')).thenNothing();
  });

  it('withholds an end that the model proposes', () => {
    given(riskReported())
      .when(proposal('a1'))
      .then(endWithheld({ cause: 'guard', until, ladder: ladder('clear') }));
  });

  it('withholds it for the sake of the guard, also where nobody ends anyway', () => {
    const observing = policyDocument({ name: 'observe', endBy: 'nobody' });
    given(activated(observing), riskReported())
      .when(proposal('a1'))
      .then(
        endWithheld({
          cause: 'guard',
          until: '2026-01-08T00:00:02.000Z',
          ladder: ladder('clear'),
          policy: policyId(observing as { name: string }),
        }),
      );
  });
});

describe('after the guard', () => {
  it('starts from clear once it has expired, at that very moment', () => {
    given(riskReported(), message('m1', { later: 'P6DT23H59M59S' }))
      .when(harmful('u1', { later: 'PT1S' }))
      .then(redirectAdvised({ because: harm('u1'), ladder: ladder('redirecting', 0) }));
    given(riskReported())
      .when(harmful('u1', { later: 'P6DT23H59M59S' }))
      .then(supportAdvised({ because: harm('u1'), until }));
  });

  it('starts from clear once it was cleared', () => {
    given(climb(4), riskReported())
      .when(riskCleared({ kind: 'self-harm', messageId: 'm1' }))
      .then(guardCleared({ kind: 'self-harm' }));
    given(climb(4), riskReported(), riskCleared())
      .when(harmful('u5', { under: 'a4' }))
      .then(redirectAdvised({ because: harm('u5'), ladder: ladder('redirecting', 0) }));
  });

  it('counts nothing that was said under it', () => {
    given(riskReported(), climb(5), riskCleared())
      .when(harmful('u6'))
      .then(redirectAdvised({ because: harm('u6'), ladder: ladder('redirecting', 0) }));
  });

  it('is raised again by the next risk, for the whole time', () => {
    given(risky('u1'), riskCleared())
      .when(risky('u2'))
      .then(
        guardRaised({ kind: 'self-harm', verdict: 'support', because: risk('u2'), until: '2026-01-08T00:00:03.000Z' }),
      );
    given(risky('u1'))
      .when(riskReported({ later: 'P8D' }))
      .then(guardRaised({ until: '2026-01-16T00:00:01.000Z' }));
  });
});

describe('clearing a guard', () => {
  it('that is down says nothing', () => {
    given().when(riskCleared()).then();
    given(riskReported())
      .when(riskCleared({ later: 'P8D' }))
      .then();
    given(riskReported(), riskCleared()).when(riskCleared()).then();
  });

  it('happens once by its id, so that a late repeat lowers no newer guard', () => {
    given(riskReported(), riskCleared({ id: 'c1' }), riskReported())
      .when(riskCleared({ id: 'c1' }))
      .thenNothing();
  });

  it('lowers that of its own thread only', () => {
    given(riskReported(), riskCleared({ thread: 't2' }))
      .when(harmful('u1'))
      .then(supportAdvised({ because: harm('u1'), until }));
  });
});
