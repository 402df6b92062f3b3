import { answer, climb, harmful, message, reviewed, riskReported } from '@offramp/ladder/testing';
import type { RowOf } from '../projection/table.js';
import { type Steps, told } from '../testing/entries.js';
import { foldOf } from '../testing/memory-fold.js';
import { threads } from './threads-table.js';

type Thread = RowOf<typeof threads>;

describe('A thread counts its lines', () => {
  it('also where an event that is no message changes them: a late risk', () => {
    expect(counted(threadAfter(climb(1)))).toEqual({ redirecting: 1, ended: 0, reopened: 0, stage: 'redirecting' });
    const after = threadAfter(climb(1), riskReported());
    expect(counted(after)).toEqual({ redirecting: 0, ended: 0, reopened: 0, stage: 'clear' });
  });

  it('also where a review opens an ended one', () => {
    const ended = threadAfter(climb(4), harmful('u5'));
    expect(counted(ended)).toEqual({ redirecting: 0, ended: 1, reopened: 0, stage: 'ended' });
    const opened = threadAfter(climb(4), harmful('u5'), reviewed('overturned'));
    expect(counted(opened)).toEqual({ redirecting: 0, ended: 0, reopened: 1, stage: 'clear' });
  });

  it('and an edit as a line of its own', () => {
    const steps = [message('u1'), answer('a1'), message('u2'), message('e2', { under: 'a1' })];
    expect(threadAfter(steps)).toMatchObject({ messages: 4, branches: 2, latestId: 'e2' });
  });
});

function threadAfter(...steps: Steps): Thread {
  return foldOf(told(...steps)).rows.get(threads, 'acme', 't1')!;
}

function counted({ redirecting, ended, reopened, stage }: Thread) {
  return { redirecting, ended, reopened, stage };
}
