import { historyArbitrary } from '@offramp/ladder/testing';
import fc from 'fast-check';
import { checksums } from '../checksums.js';
import type { Database } from '../database/database.js';
import { inSchema } from '../database/in-schema.js';
import { OTHER_SCHEMA, TABLES_SCHEMA } from '../migrations/schema.js';
import type { Entry } from '../projection/entry.js';
import { type EventProjection, createEventProjection } from '../projection/event-projection.js';
import type { FillSizes } from '../rebuild/fill.js';
import { createGate } from '../rebuild/gate.js';
import { REBUILT_TABLES } from '../rebuild/other-tables.js';
import { type Rebuilds, type RunResult, createRebuilds } from '../rebuild/rebuilds.js';
import type { RebuildSource } from '../rebuild/source.js';
import { storeVersions } from '../rebuild/versions.js';
import { empty } from './databases.js';
import { decide, ofOthers } from './entries.js';
import { cursorAt, sourceOf } from './histories.js';

/*
 * Invariant VIEW: rebuilt = incremental. Two partitions are projected live, in batches of any size, while a rebuild of them is
 * killed and taken up again by another process; both sets are then equal, table by table.
 */

export interface Scene {
  readonly database: Database;
  readonly rebuilds: Rebuilds;
  readonly events: EventProjection;
  /** Projects so many entries more of a partition, as its owner. */
  project(partition: number, entries: number): Promise<void>;
  readonly source: RebuildSource;
}

/** How its partitions are filled. */
export interface FillingOfScene {
  readonly sizes?: FillSizes;
  /** Of the database: partitions are filled in threads. */
  readonly url?: string;
}

/** A scene of its own over an empty database. */
export async function newScene(
  database: Database,
  logs: readonly (readonly Entry[])[],
  filling: FillingOfScene = {},
): Promise<Scene> {
  await empty(database);
  await database.run(`DROP SCHEMA IF EXISTS ${OTHER_SCHEMA} CASCADE`);
  await database.run('DELETE FROM offramp_v1.rebuilds');
  await storeVersions(database, TABLES_SCHEMA);
  const gate = createGate();
  const projection = createEventProjection(database, () => {});
  const events: EventProjection = { ...projection, apply: (batch) => gate.pass(() => projection.apply(batch)) };
  return {
    database,
    events,
    rebuilds: createRebuilds({ database, gate, scope: 'all', ...filling }),
    source: sourceOf(logs),
    async project(partition, size) {
      const { epoch, cursor } = await events.claim(partition);
      const entries = logs[partition]!.slice(cursor.inbound, cursor.inbound + size);
      const next = cursorAt(cursor.inbound + entries.length);
      await events.apply({ partition, epoch, from: cursor.inbound, entries, next });
    },
  };
}

/** A source that fails after some pieces, as a process does that is killed there. */
function killedAfter(source: RebuildSource, pieces: number): RebuildSource {
  let left = pieces;
  return {
    partitions: source.partitions,
    async *pieces(partition, from) {
      for await (const piece of source.pieces(partition, from)) {
        if (left-- === 0) throw new Error('killed');
        yield piece;
      }
    },
  };
}

/** A history takes several steps, and rows of earlier ones are forgotten and asked for again. */
const SMALL = { stepEntries: 3, rowsKept: 2, threadEntries: Infinity };

export function testRebuilds(databaseOf: () => Database, numRuns: number): void {
  const sizes = fc.array(fc.tuple(fc.nat(1), fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 12 });
  const kills = fc.array(fc.nat(6), { maxLength: 4 });

  it('is equal to what was projected live, whatever was killed in between', async () => {
    await fc.assert(
      fc.asyncProperty(historyArbitrary(), historyArbitrary(), sizes, kills, async (here, there, batches, killed) => {
        const logs = [decide(here.events), decide(ofOthers(there.events), { partition: 1 })];
        const scene = await newScene(databaseOf(), logs, { sizes: SMALL });
        for (const [partition, size] of batches) await scene.project(partition, size);
        for (const pieces of killed) {
          await scene.rebuilds.run(killedAfter(scene.source, pieces)).catch((error: Error) => {
            expect(error.message).toBe('killed');
          });
          await scene.project(pieces % 2, 3);
        }
        expect(different(await scene.rebuilds.run(scene.source))).toEqual([]);
        await scene.rebuilds.swap(scene.source);
        for (const partition of [0, 1]) await scene.project(partition, Infinity);
        await scene.rebuilds.rollback(scene.source);
        expect(await checksumsOf(databaseOf())).toEqual(await checksumsOf(inSchema(databaseOf(), OTHER_SCHEMA)));
      }),
      { numRuns, endOnFailure: process.env['OFFRAMP_SHRINK'] === undefined },
    );
  });
}

/** The tables that a rebuild found different, with the keys of their rows. */
export function different(result: RunResult): readonly unknown[] {
  if (result.kind !== 'compared') return [result];
  return result.tables.filter(({ equal }) => !equal).map(({ table, differing }) => ({ table, differing }));
}

export async function checksumsOf(database: Database): Promise<unknown> {
  return checksums(database, REBUILT_TABLES);
}
