import type { Fact } from '@offramp/ladder';
import { type TemporaryLog, openTemporaryLog } from '../testing/temporary-log.js';

/** What the facts of the contract are too few for. */
let temporary: TemporaryLog;
beforeEach(async () => {
  temporary = await openTemporaryLog({ partitions: 1 });
});
afterEach(() => temporary.destroy());

const MANY = 45_000;

it('knows every scope after a restart, also of more than it loads at once', async () => {
  const state = await temporary.log.openState(0);
  const facts = Array.from({ length: MANY }, (_, at): Fact => {
    return { kind: 'guard', scope: `acme/t${at}`, name: '', at, value: { raised: true } };
  });
  await state.commit({ decisions: [], facts, progress: { offset: MANY, time: 0 } });
  await temporary.reopen();
  const { facts: found } = await temporary.log.openState(0);
  expect(facts.filter(({ scope }) => !found.knows(scope))).toEqual([]);
  expect(found.knows(`acme/t${MANY}`)).toBe(false);
});

it('looks up old versions of a thing that has very many', async () => {
  const state = await temporary.log.openState(0);
  const versions = Array.from({ length: 500 }, (_, index): Fact => {
    return { kind: 'latest', scope: 'acme/t1', name: '', at: index * 2, value: { messageId: null } };
  });
  await state.commit({ decisions: [], facts: versions, progress: { offset: 1000, time: 0 } });
  for (const fact of versions) {
    expect(state.facts.before('latest', 'acme/t1', '', fact.at + 1)).toEqual(fact);
    expect(state.facts.before('latest', 'acme/t1', '', fact.at)?.at).toBe(fact.at === 0 ? undefined : fact.at - 2);
  }
  expect(state.facts.allBefore('latest', 'acme/t1', '', 200).length).toBe(100);
});
