import { TOPICS } from '@offramp/events';
import type { Fact } from '@offramp/ladder';
import { type DeciderCommit, LogError } from '../event-log.js';
import { type LogContract, PARTITIONS, readAll, records, texts, withLog } from './harness.js';

const SCOPE = 'acme/t1';

export function stateContract(contract: LogContract): void {
  const harness = withLog(contract);

  it('begins without progress and without facts', async () => {
    const state = await harness.log.openState(1);
    expect(state.partition).toBe(1);
    expect(state.progress).toBeUndefined();
    expect(state.facts.knows(SCOPE)).toBe(false);
    expect(state.facts.before('guard', SCOPE, '', 100)).toBeUndefined();
    expect(state.facts.allBefore('guard', SCOPE, '', 100)).toEqual([]);
  });

  it('shows what was committed at once, and after a restart', async () => {
    const state = await harness.log.openState(1);
    await state.commit(commitOf(7, [guard(3), guard(7)], ['one', 'two']));
    const check = async (found: typeof state) => {
      expect(found.progress).toEqual({ offset: 7, time: 7000 });
      expect(found.facts.knows(SCOPE)).toBe(true);
      expect(found.facts.before('guard', SCOPE, '', 8)).toEqual(guard(7));
      expect(texts(await readAll(harness.log, TOPICS.decisions, 1))).toEqual(['one', 'two']);
    };
    await check(state);
    await harness.reopen();
    await check(await harness.log.openState(1));
  });

  it('looks up the greatest position before the one asked for, and nothing later', async () => {
    const state = await harness.log.openState(0);
    await state.commit(commitOf(30, [guard(10), guard(20), guard(30)]));
    const seen = [10, 11, 20, 21, 30, 31].map((at) => state.facts.before('guard', SCOPE, '', at)?.at);
    expect(seen).toEqual([undefined, 10, 10, 20, 20, 30]);
    expect(state.facts.allBefore('guard', SCOPE, '', 30).map(({ at }) => at)).toEqual([10, 20]);
  });

  it('keeps kinds, scopes, names and partitions apart', async () => {
    const [state, other] = [await harness.log.openState(0), await harness.log.openState(1)];
    const reopened: Fact<'reopened'> = { kind: 'reopened', scope: SCOPE, name: 'm1', at: 1, value: {} };
    await state.commit(commitOf(1, [guard(1), reopened]));
    expect(state.facts.before('risk', SCOPE, '', 9)).toBeUndefined();
    expect(state.facts.before('guard', SCOPE, 'm1', 9)).toBeUndefined();
    expect(state.facts.before('reopened', SCOPE, '', 9)).toBeUndefined();
    expect(state.facts.before('guard', 'acme/t', '', 9)).toBeUndefined();
    expect(state.facts.before('reopened', SCOPE, 'm1', 9)).toEqual(reopened);
    expect(other.facts.knows(SCOPE)).toBe(false);
    expect(other.progress).toBeUndefined();
  });

  it('takes the same facts again, from an earlier progress too, and stays as it was', async () => {
    const state = await harness.log.openState(0);
    await state.commit(commitOf(2, [guard(1), guard(2)]));
    await state.commit(commitOf(4, [guard(4)]));
    await state.commit(commitOf(2, [guard(1), guard(2)]));
    expect(state.facts.allBefore('guard', SCOPE, '', 9)).toEqual([guard(1), guard(2), guard(4)]);
    expect(state.facts.before('guard', SCOPE, '', 2)).toEqual(guard(1));
  });

  it('writes commits in the order of the calls', async () => {
    const state = await harness.log.openState(0);
    const offsets = Array.from({ length: 20 }, (_, offset) => offset);
    await Promise.all(offsets.map((offset) => state.commit(commitOf(offset, [guard(offset)], [String(offset)]))));
    expect(state.progress?.offset).toBe(19);
    expect(texts(await readAll(harness.log, TOPICS.decisions, 0))).toEqual(offsets.map(String));
  });

  it('works beside appends and other partitions at the same time', async () => {
    const states = await Promise.all([0, 1, 2].map((partition) => harness.log.openState(partition)));
    const appends = Array.from({ length: 30 }, (_, index) =>
      harness.log.append([{ topic: TOPICS.inbound, partition: index % PARTITIONS, records: records(String(index)) }]),
    );
    await Promise.all([...states.map((state) => state.commit(commitOf(0, [guard(0)], ['decision']))), ...appends]);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      expect((await harness.log.bounds(TOPICS.inbound, partition)).end).toBe(10);
      expect(texts(await readAll(harness.log, TOPICS.decisions, partition))).toEqual(['decision']);
    }
  });

  it('is open once for each partition', async () => {
    const state = await harness.log.openState(0);
    await expect(harness.log.openState(0)).rejects.toBeInstanceOf(LogError);
    const other = await harness.log.openState(1);
    await state.close();
    await (await harness.log.openState(0)).close();
    await other.close();
  });

  it('refuses everything after it was closed', async () => {
    const state = await harness.log.openState(0);
    await state.commit(commitOf(0, [guard(0)]));
    await state.close();
    await state.close();
    await expect(state.commit(commitOf(1, []))).rejects.toBeInstanceOf(LogError);
    await expect(state.sweep(1, 1, 1)).rejects.toBeInstanceOf(LogError);
    expect(() => state.facts.before('guard', SCOPE, '', 9)).toThrow(LogError);
  });

  it('refuses further commits after one that failed, until it is opened again', async () => {
    const state = await harness.log.openState(0);
    await state.commit(commitOf(0, [guard(0)]));
    await expect(state.commit(commitOf(1, [{ ...guard(1), at: -1 }], ['never']))).rejects.toBeInstanceOf(LogError);
    await expect(state.commit(commitOf(2, [guard(2)], ['never']))).rejects.toBeInstanceOf(LogError);
    await state.close();
    const again = await harness.log.openState(0);
    expect(again.progress?.offset).toBe(0);
    expect(await readAll(harness.log, TOPICS.decisions, 0)).toEqual([]);
    await again.commit(commitOf(1, [guard(1)], ['decision']));
    expect(again.facts.before('guard', SCOPE, '', 9)).toEqual(guard(1));
  });

  it('sweeps what is expired with all before it, and nothing that would uncover an older fact', async () => {
    const state = await harness.log.openState(0);
    const kept = [guard(1, 'kept'), guard(2, 'kept', 10)];
    const partly = [guard(1, 'partly', 10), guard(3, 'partly', 10), guard(5, 'partly', 90), guard(6, 'partly', 10)];
    await state.commit(commitOf(50, [...kept, ...partly, guard(4, 'gone', 10)]));
    expect(await state.sweep(9, 50, 100)).toBe(0);
    expect(await state.sweep(10, 4, 100)).toBe(2);
    expect(await state.sweep(10, 50, 100)).toBe(1);
    expect(await state.sweep(10, 50, 100)).toBe(0);
    expect(state.facts.allBefore('guard', 'kept', '', 99)).toEqual(kept);
    expect(state.facts.allBefore('guard', 'partly', '', 99)).toEqual(partly.slice(2));
    expect(state.facts.before('guard', 'gone', '', 99)).toBeUndefined();
  });

  it('sweeps at most as many as it is told, goes on in the next call, and never past progress', async () => {
    const state = await harness.log.openState(0);
    const expired = Array.from({ length: 40 }, (_, at) => guard(at, `t${at % 7}`, 10));
    await state.commit(commitOf(29, expired));
    const counts: number[] = [];
    do counts.push(await state.sweep(10, 1000, 12));
    while (counts.at(-1) !== 0);
    expect(Math.max(...counts)).toBeLessThanOrEqual(12);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(30);
    const left = expired.filter(({ at }) => at > 29);
    for (const fact of left) expect(state.facts.before('guard', fact.scope, '', fact.at + 1)).toEqual(fact);
  });
}

function guard(at: number, scope = SCOPE, until?: number): Fact<'guard'> {
  return {
    kind: 'guard',
    scope,
    name: '',
    at,
    value: { raised: at % 2 === 0 },
    ...(until === undefined ? {} : { until }),
  };
}

function commitOf(offset: number, facts: readonly Fact[], decisions: readonly string[] = []): DeciderCommit {
  return { decisions: records(...decisions), facts, progress: { offset, time: offset * 1000 } };
}
