import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPICS } from '@offramp/events';
import { type EventLog, openEmbeddedLog } from '@offramp/log';
import { openReadModels } from '@offramp/read-models';
import { type PartitionHistory, foldAgain } from './testing/fold-again.js';
import { createLoad } from './testing/load.js';
import { projectAgain } from './testing/projected-again.js';
import { seeded } from './testing/random.js';
import { startStandalone } from './testing/standalone-process.js';

/*
 * Invariants NO-LOSS, NO-DUP, FOLD and VIEW over the whole server, which is killed with SIGKILL under load, at no moment in
 * particular: after so many acknowledged messages, wherever the rest of it stands then.
 */

const KILLS = 30;
const SEED = 8420;
const ACKNOWLEDGED_MAX = 600;
const PARTITIONS = 3;

let dataDir: string;

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-kill-'));
});

afterAll(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

it(
  `has every acknowledged message, with its one outcome, after ${KILLS} times kill -9`,
  async () => {
    const random = seeded(SEED);
    const load = createLoad(random);
    for (let kill = 0; kill < KILLS; kill++) {
      const server = await start();
      const enough = load.more(1 + random.below(ACKNOWLEDGED_MAX));
      const running = load.run(server.url);
      await Promise.race([enough, running]);
      expect(await server.end('SIGKILL')).toBe('SIGKILL');
      await running;
    }
    const last = await start();
    await last.settle();
    expect(await last.end('SIGTERM')).toBe(0);

    const log = await openEmbeddedLog({ dir: dataDir });
    try {
      const histories = await Promise.all(Array.from({ length: PARTITIONS }, (_, at) => foldAgain(log, at)));
      expect(missing(load.acknowledged, histories)).toEqual([]);
      for (const { decisions, decisionIds, folded, complete } of histories) {
        expect(complete).toBe(true);
        expect(decisions).toEqual(folded);
        expect(new Set(decisionIds).size).toBe(decisionIds.length);
      }
      await expectViewsEqualLog(log);
      expect(histories.flatMap(({ decisions }) => decisions).length).toBeGreaterThan(1000);
    } finally {
      await log.close();
    }
  },
  10 * 60_000,
);

const start = () => startStandalone({ dataDir, env: { OFFRAMP_PARTITIONS: String(PARTITIONS) } });

/** What was acknowledged at a position where it does not stand. */
function missing(
  acknowledged: ReadonlyMap<string, ReadonlySet<string>>,
  histories: readonly PartitionHistory[],
): string[] {
  return [...acknowledged].flatMap(([id, positions]) => {
    const found = new Set(histories.flatMap(({ messages }) => [...(messages.get(id) ?? [])]));
    return [...positions].filter((position) => !found.has(position)).map((position) => `${id} at ${position}`);
  });
}

async function expectViewsEqualLog(log: EventLog): Promise<void> {
  const readModels = await openReadModels({ dataDir });
  try {
    const positions = await readModels.positions.current();
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const { end } = await log.bounds(TOPICS.inbound, partition);
      expect([partition, positions.get(partition)]).toEqual([partition, end - 1]);
    }
    expect(await readModels.checksums()).toEqual(await projectAgain(log));
  } finally {
    await readModels.close();
  }
}
