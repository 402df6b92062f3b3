/** Open ladders of as many threads, as one owner of a partition writes them. Their keys are not in the order of positions. */

const FACTS_A_COMMIT = 5000;
const FOREVER = 4e12;
const TIME = Date.parse('2026-01-01T00:00:00.000Z');
const LADDER = {
  ...{ stage: 'redirecting', attempts: 1, persisted: 0, calm: 0 },
  awaiting: { what: 'redirect', since: '0:1' },
};

export async function writeFacts(log, { partition, count }) {
  const state = await log.openState(partition);
  for (let at = 0; at < count; at += FACTS_A_COMMIT) {
    const facts = Array.from({ length: Math.min(FACTS_A_COMMIT, count - at) }, (_, index) => ({
      ...{ kind: 'message', scope: `default/t${((at + index) * 7919) % count}`, name: 'm1', at: at + index },
      value: { ladder: LADDER, verdict: 'redirect', policy: 'default@9f86d081', knownUntil: FOREVER },
      until: FOREVER,
    }));
    await state.commit({ decisions: [], facts, progress: { offset: at + facts.length - 1, time: TIME } });
  }
  await state.close();
}
