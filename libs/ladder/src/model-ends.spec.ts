import { policyId } from './policy.js';
import {
  activated,
  answer,
  climb,
  endingsResumed,
  endingsSuspended,
  harmful,
  message,
  proposal,
  unassessed,
} from './testing/builders.js';
import {
  conversationEnded,
  confirmationAsked,
  endPermitted,
  endWithheld,
  harm,
  ladder,
  redirectAdvised,
  redirectAttempted,
} from './testing/expected.js';
import { given } from './testing/given.js';
import { policyDocument } from './testing/history/policies.js';

const document = policyDocument({ name: 'model', redirects: 2, endBy: 'model' });
const policy = policyId(document as { name: string });
const warned = [activated(document), ...climb(3)];
const due = [...warned, harmful('u4')];
const atTwo = ladder('warned', 2, 2);

describe('where the model ends', () => {
  it('permits the end after the harm that follows a delivered warning', () => {
    given(...warned)
      .when(harmful('u4'))
      .then(endPermitted({ because: harm('u4'), ladder: atTwo, policy }));
  });

  it('asks the model to confirm its first proposal', () => {
    given(...due)
      .when(proposal('a4'))
      .then(confirmationAsked({ of: 'model', ladder: atTwo, policy }));
  });

  it('ends at the second proposal, because of the harm that made it due', () => {
    given(...due, proposal('a4'))
      .when(proposal('a5'))
      .thenIn(({ ids, id }) => [
        conversationEnded({
          by: 'model',
          endId: 'a5',
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

  it('keeps the first proposal over harmful messages, and names all of them that counted', () => {
    given(...due, proposal('a4'), harmful('u5'))
      .when(proposal('a5'))
      .thenIn(({ ids, id }) => [
        conversationEnded({
          by: 'model',
          endId: 'a5',
          because: harm('u5'),
          path: {
            redirects: ids('RedirectAttempted'),
            warning: id('WarningIssued'),
            harmful: ['u1', 'u2', 'u3', 'u4', 'u5'],
          },
          policy,
        }),
      ]);
  });

  it.each([
    ['a constructive', message('u5')],
    ['an unassessed', unassessed('u5')],
    ['an asking', message('u5', { intent: 'end' })],
  ])('takes permission and first proposal back with %s user message', (_kind, between) => {
    given(...due, proposal('a4'), between)
      .when(proposal('a5'))
      .then(endWithheld({ cause: 'not-last-resort', ladder: atTwo, policy }));
  });

  it('asks anew after a constructive message and another harmful one', () => {
    given(...due, proposal('a4'), message('u5'), harmful('u6'))
      .when(proposal('a6'))
      .then(confirmationAsked({ of: 'model', ladder: atTwo, policy }));
  });

  it('keeps the first proposal over an answer that proposes nothing', () => {
    given(...due, proposal('a4'), answer('a5'))
      .when(proposal('a6'))
      .thenIn(({ ids, id }) => [
        conversationEnded({
          by: 'model',
          endId: 'a6',
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

  it('ends at the first proposal where the policy asks for one', () => {
    const single = policyDocument({ name: 'model', redirects: 2, endBy: 'model', modelConfirmations: 1 });
    given(activated(single), climb(3), harmful('u4'))
      .when(proposal('a4'))
      .thenIn(({ ids, id }) => [
        conversationEnded({
          by: 'model',
          endId: 'a4',
          because: harm('u4'),
          path: {
            redirects: ids('RedirectAttempted'),
            warning: id('WarningIssued'),
            harmful: ['u1', 'u2', 'u3', 'u4'],
          },
          policy: policyId(single as { name: string }),
        }),
      ]);
  });

  it('counts a proposal on another branch for that branch only', () => {
    given(...due, proposal('a4'))
      .when(proposal('b4', { under: 'u4' }))
      .then(confirmationAsked({ of: 'model', ladder: atTwo, policy }));
  });

  it('permits nothing any more where a harm of another kind asks for more patience', () => {
    const patient = policyDocument({
      name: 'model',
      redirects: 2,
      endBy: 'model',
      modelConfirmations: 1,
      perCategory: { hate: { redirects: 3 } },
    });
    const patientId = policyId(patient as { name: string });
    const lines = [activated(patient), ...climb(3), harmful('u4'), harmful('u5', { category: 'hate' })];
    given(...lines.slice(0, -1))
      .when(lines.at(-1)!)
      .then(
        redirectAdvised({ because: harm('u5', 'hate', 0.95, 0.85), ladder: ladder('warned', 2, 3), policy: patientId }),
      );
    given(...lines)
      .when(proposal('a5', { seen: '0:0' }))
      .then(endWithheld({ cause: 'not-last-resort', ladder: ladder('warned', 2, 3), policy: patientId }));
  });
});

describe('a proposal that is not granted', () => {
  it('is withheld on a clear line, and leaves it clear', () => {
    given(message('u1'))
      .when(proposal('a1'))
      .then(endWithheld({ cause: 'not-last-resort', ladder: ladder('clear') }));
  });

  it('is withheld before the end is due, and the answer still delivers what was advised', () => {
    given(climb(2))
      .when(proposal('a3'))
      .then(endWithheld({ cause: 'not-last-resort', ladder: ladder('redirecting', 2) }));
    given(harmful('u1'))
      .when(proposal('a1'))
      .then(
        redirectAttempted({ because: harm('u1'), ladder: ladder('redirecting', 1) }),
        endWithheld({ cause: 'not-last-resort', ladder: ladder('redirecting', 1) }),
      );
  });

  it('is withheld at the second time where a newer policy asks all for more than was delivered', () => {
    const patient = policyDocument({ name: 'patient', redirects: 4, endBy: 'model', appliesTo: 'all' });
    given(...due, proposal('a4'), activated(patient))
      .when(proposal('a5'))
      .then(endWithheld({ cause: 'not-last-resort', ladder: atTwo, policy: policyId(patient as { name: string }) }));
  });

  it('is withheld where nobody ends', () => {
    const observing = policyDocument({ name: 'observe', redirects: 2, endBy: 'nobody' });
    const id = policyId(observing as { name: string });
    given(activated(observing), climb(3))
      .when(harmful('u4'))
      .then(endWithheld({ cause: 'observe', verdict: 'redirect', because: harm('u4'), ladder: atTwo, policy: id }));
    given(activated(observing), climb(3), harmful('u4'))
      .when(proposal('a4'))
      .then(endWithheld({ cause: 'observe', ladder: atTwo, policy: id }));
  });

  it('is withheld where a newer policy lets nobody end, though the end was permitted before', () => {
    const observing = policyDocument({ name: 'observe', redirects: 2, endBy: 'nobody', appliesTo: 'all' });
    given(...due, activated(observing))
      .when(proposal('a4'))
      .then(endWithheld({ cause: 'observe', ladder: atTwo, policy: policyId(observing as { name: string }) }));
  });

  it('is withheld while endings are suspended, at the grant and not before', () => {
    given(...warned, endingsSuspended())
      .when(harmful('u4'))
      .then(endPermitted({ because: harm('u4'), ladder: atTwo, policy }));
    given(...due, endingsSuspended())
      .when(proposal('a4'))
      .then(confirmationAsked({ of: 'model', ladder: atTwo, policy }));
    given(...due, proposal('a4'), endingsSuspended())
      .when(proposal('a5'))
      .then(endWithheld({ cause: 'suspended', because: harm('u4'), ladder: atTwo, policy }));
  });

  it('is granted at the next proposal when endings are resumed', () => {
    given(...due, proposal('a4'), endingsSuspended(), proposal('a5'), endingsResumed())
      .when(proposal('a6'))
      .thenIn(({ ids, id }) => [
        conversationEnded({
          by: 'model',
          endId: 'a6',
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
});
