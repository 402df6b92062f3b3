import { activated, answer, harmful, message, policyDocument } from '@offramp/ladder/testing';
import { type Steps, told } from '../testing/entries.js';
import { foldOf } from '../testing/memory-fold.js';
import { messages } from './messages-table.js';
import { policies } from './policies.js';

const swift = policyDocument({ name: 'swift', redirects: 2, forgetAfter: 'PT2H' });
const slow = policyDocument({ name: 'slow', redirects: 4, forgetAfter: 'PT2H' });

describe('An activation', () => {
  it('is one row at its position', () => {
    const rows = activationsAfter(activated(swift, { share: 0.5 }));
    expect(rows).toMatchObject([{ logOffset: 0, share: 0.5, applied: true, by: 'ops' }]);
    expect(JSON.parse(rows[0]!.document)).toEqual(swift);
  });

  it('that is sent again changes nothing', () => {
    const rows = activationsAfter(activated(swift, { id: 'p1' }), activated(slow, { id: 'p1' }));
    expect(rows.map(({ policy }) => policy.split('@')[0])).toEqual(['swift']);
  });

  it('counts once more where the decider has forgotten its id', () => {
    const steps = [activated(swift, { id: 'p1' }), message('u1', { later: 'P31D' }), activated(slow, { id: 'p1' })];
    const rows = activationsAfter(...steps);
    expect(rows.map(({ policy, logOffset }) => [policy.split('@')[0], logOffset])).toEqual([
      ['swift', 0],
      ['slow', 2],
    ]);
    // The line runs under the second one, which holds from its own position on.
    const { rows: after } = foldOf(told(...steps, harmful('u2'), answer('a2')));
    expect(after.get(messages, 'acme', 't1', 'a2')).toMatchObject({ ladderPolicyOffset: 2 });
  });

  it('that the decider did not take is shown, and holds for nothing', () => {
    const rows = activationsAfter(activated({ ...swift, redirects: 1 }), harmful('u1'));
    expect(rows).toMatchObject([{ applied: false }]);
  });
});

function activationsAfter(...steps: Steps) {
  return [...foldOf(told(...steps)).rows.groupOf(policies, 'acme')];
}
