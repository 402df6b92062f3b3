import { type Assessor, bounded } from './assessor.js';
import { rules } from './rules.js';

const message = { role: 'user', text: 'You are useless.' } as const;
const nothingKnown = { assessor: 'test', version: '1', status: 'unavailable', harm: {} };

function assessor(assess: Assessor['assess']): Assessor {
  return { name: 'test', version: '1', assess };
}

describe('a bounded assessor', () => {
  it('passes an answer on as it is, at once where it is there at once', () => {
    expect(bounded(rules).assess(message)).toEqual(rules.assess(message));
  });

  it('turns a throw into unavailable', async () => {
    const throwing = bounded(
      assessor(() => {
        throw new Error('no model');
      }),
    );
    expect(throwing.assess(message)).toEqual(nothingKnown);
    const rejecting = bounded(assessor(() => Promise.reject(new Error('no model'))));
    expect(await rejecting.assess(message)).toEqual(nothingKnown);
  });

  it('turns a late answer into unavailable, and tells the assessor to stop', async () => {
    let told: AbortSignal | undefined;
    const hanging = assessor((_message, signal) => {
      told = signal;
      return new Promise(() => {});
    });
    expect(await bounded(hanging, { timeoutMs: 5 }).assess(message)).toEqual(nothingKnown);
    expect(told?.aborted).toBe(true);
  });

  it('has at most so many under way, and takes more when one is done', async () => {
    const finish: (() => void)[] = [];
    const answer = { ...nothingKnown, status: 'assessed', risk: {} } as const;
    const slow = bounded(
      assessor(
        () =>
          new Promise((resolve) => {
            finish.push(() => resolve(answer));
          }),
      ),
      { inFlightMax: 2 },
    );
    const first = slow.assess(message);
    const second = slow.assess(message);
    expect(slow.assess(message)).toEqual(nothingKnown);
    finish.forEach((done) => done());
    expect(await Promise.all([first, second])).toEqual([answer, answer]);
    const third = slow.assess(message);
    finish.at(-1)?.();
    expect(await third).toEqual(answer);
  });
});
