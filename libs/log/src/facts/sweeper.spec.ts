import type { Fact } from '@offramp/ladder';
import { openEnvironment } from '../embedded/environment.js';
import { type TemporaryLog, openTemporaryLog } from '../testing/temporary-log.js';

/** The contract tests a sweep of a few facts; this, one that is too long for a call. */
let temporary: TemporaryLog;
beforeEach(async () => {
  temporary = await openTemporaryLog({ partitions: 1 });
});
afterEach(() => temporary.destroy());

const EXPIRED = 10;
const KEPT = 90;

it('finds all that is expired among many that are not, part by part, round and round', async () => {
  const state = await temporary.log.openState(0);
  const facts: Fact[] = [];
  for (let at = 0; at < 6000; at++) facts.push(guard(at, `t${at % 900}`, at % 50 < 3 ? EXPIRED : KEPT));
  await state.commit({ decisions: [], facts, progress: { offset: 6000, time: 0 } });
  const expected = facts.filter((fact) => allExpiredUpTo(facts, fact));
  expect(expected.length).toBeGreaterThan(50);
  let deleted = 0;
  for (let call = 0; call < 60; call++) deleted += await state.sweep(EXPIRED, 6000, 20);
  expect(deleted).toBe(expected.length);
  for (const fact of facts) {
    const found = state.facts.allBefore('guard', fact.scope, '', 6000).some(({ at }) => at === fact.at);
    expect(found).toBe(!expected.includes(fact));
  }
});

it('passes a thing with many versions whose first has to stay', async () => {
  const state = await temporary.log.openState(0);
  const long = Array.from({ length: 3000 }, (_, at) => guard(at, 'a-long', at === 0 ? KEPT : EXPIRED));
  await state.commit({ decisions: [], facts: [...long, guard(1, 'b', EXPIRED)], progress: { offset: 6000, time: 0 } });
  expect(await state.sweep(EXPIRED, 6000, 1)).toBe(1);
  expect(state.facts.before('guard', 'b', '', 9)).toBeUndefined();
});

it('forgets a scope with its last fact, and knows it again with the next', async () => {
  const state = await temporary.log.openState(0);
  const facts = [guard(0, 'acme/t1', EXPIRED), guard(0, 'acme/t2', EXPIRED), guard(1, 'acme/t2')];
  await state.commit({ decisions: [], facts, progress: { offset: 1, time: 0 } });
  expect(await state.sweep(EXPIRED, 9, 100)).toBe(2);
  expect([state.facts.knows('acme/t1'), state.facts.knows('acme/t2')]).toEqual([false, true]);
  await state.commit({ decisions: [], facts: [guard(2, 'acme/t1')], progress: { offset: 2, time: 0 } });
  expect(state.facts.knows('acme/t1')).toBe(true);
});

it('records how far it has come', async () => {
  const state = await temporary.log.openState(0);
  const facts = [guard(3, 'acme/t1', EXPIRED), guard(7, 'acme/t2', EXPIRED), guard(9, 'acme/t3')];
  await state.commit({ decisions: [], facts, progress: { offset: 20, time: 0 } });
  await state.sweep(EXPIRED, 5, 100);
  await state.sweep(EXPIRED + 1, 20, 100);
  await temporary.log.close();
  const environment = await openEnvironment(temporary.dir);
  expect(environment.meta.get('horizon/0')).toEqual({ at: 7, time: EXPIRED + 1 });
  await environment.close();
});

function guard(at: number, scope: string, until?: number): Fact {
  return { kind: 'guard', scope, name: '', at, value: { raised: true }, ...(until === undefined ? {} : { until }) };
}

function allExpiredUpTo(facts: readonly Fact[], fact: Fact): boolean {
  return facts.every(({ scope, at, until }) => scope !== fact.scope || at > fact.at || until === EXPIRED);
}
