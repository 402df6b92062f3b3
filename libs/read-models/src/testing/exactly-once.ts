import { historyArbitrary } from '@offramp/ladder/testing';
import fc from 'fast-check';
import type { Database } from '../database/database.js';
import { ReadModelsError } from '../database/failure.js';
import type { Batch, Entry } from '../projection/entry.js';
import { type Claim, type EventProjection, createEventProjection } from '../projection/event-projection.js';
import type { AnyRow } from '../projection/table.js';
import { allProjections, tablesOf } from '../projections/all.js';
import { empty } from './databases.js';
import { decide, ofOthers } from './entries.js';
import { foldOf } from './memory-fold.js';
import { comparable, storedRows } from './stored-rows.js';
import { type Loss, type Unreliable, unreliable } from './unreliable.js';

/*
 * Invariant VIEW, exactly once, against a real database. Two partitions are projected by owners that are restarted, replaced
 * in the middle of a batch, told nothing about a commit, and that repeat what was applied before. In the end every row of
 * every table is the row of one fold from the start in memory.
 */

/** What may happen; `partition` says to which of the two, `size` is that of the batch. */
interface Step {
  readonly kind: 'apply' | 'lose' | 'repeat' | 'restart' | 'replace' | 'stale' | 'skip';
  readonly partition: number;
  readonly size: number;
  readonly loss: Loss;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Step['kind'][]>(
      ...(['apply', 'apply', 'apply', 'lose', 'repeat', 'restart', 'replace', 'stale', 'skip'] as const),
    ),
    partition: fc.nat(1),
    size: fc.integer({ min: 1, max: 20 }),
    loss: fc.constantFrom<Loss[]>('before the commit', 'after the commit'),
  }),
  { minLength: 2, maxLength: 16, size: 'max' },
);

export function testExactlyOnce(databaseOf: () => Database, numRuns: number): void {
  it('holds the rows of one fold from the start, whatever happens to its batches and owners', async () => {
    await fc.assert(
      fc.asyncProperty(historyArbitrary(), historyArbitrary(), steps, async (here, there, what) => {
        const database = databaseOf();
        await empty(database);
        const logs = [decide(here.events), decide(ofOthers(there.events), { partition: 1 })];
        const projecting = await startProjecting(database, logs);
        for (const step of what) await projecting.take(step);
        await projecting.finish();
        expect(await rowsIn(database)).toEqual(rowsOfOneFold(logs));
      }),
      { numRuns, endOnFailure: process.env['OFFRAMP_SHRINK'] === undefined },
    );
  });

  it('needs nothing in memory but what it reads for a batch', async () => {
    await fc.assert(
      fc.asyncProperty(historyArbitrary({ feedback: 6 }), fc.integer({ min: 1, max: 4 }), async ({ events }, size) => {
        const database = databaseOf();
        await empty(database);
        const log = decide(events);
        const { epoch } = await createEventProjection(database, () => {}).claim(0);
        for (let from = 0; from < log.length; from += size) {
          const next = { inbound: from + size, decisions: 0 };
          const batch = { partition: 0, epoch, from, entries: log.slice(from, from + size), next };
          await createEventProjection(database, () => {}).apply(batch);
        }
        expect(await rowsIn(database)).toEqual(rowsOfOneFold([log]));
      }),
      { numRuns, endOnFailure: process.env['OFFRAMP_SHRINK'] === undefined },
    );
  });
}

export async function rowsIn(database: Database): Promise<Record<string, AnyRow[]>> {
  const tables: Record<string, AnyRow[]> = {};
  for (const table of tablesOf(allProjections(0))) tables[table.name] = await storedRows(database, table);
  return tables;
}

/** Nothing was ever written from these folds, so that all of their rows have changed. */
export function rowsOfOneFold(logs: readonly (readonly Entry[])[]): Record<string, AnyRow[]> {
  const folds = logs.map((entries, partition) => foldOf(entries, partition));
  const tables = tablesOf(allProjections(0));
  return Object.fromEntries(
    tables.map((table) => [
      table.name,
      comparable(
        table,
        folds.flatMap(({ rows }) => rows.changed(table)),
      ),
    ]),
  );
}

/** Rows are forgotten in the middle of these histories, and read again; a batch is written in several parts. */
const SMALL = { rowsKept: 12, entriesAtOnce: 4 };

interface Owner {
  readonly database: Unreliable;
  readonly projection: EventProjection;
  claim: Claim;
}

interface Projecting {
  take(step: Step): Promise<void>;
  finish(): Promise<void>;
}

async function startProjecting(database: Database, logs: readonly (readonly Entry[])[]): Promise<Projecting> {
  const owners = [await newOwner(database, 0), await newOwner(database, 1)];
  const retired: (Owner | undefined)[] = [undefined, undefined];
  /** Where the owner of each partition believes to be. */
  const at = [0, 0];

  const batchOf = (partition: number, from: number, size: number, epoch = owners[partition]!.claim.epoch): Batch => {
    const entries = logs[partition]!.slice(from, from + size);
    const inbound = Math.min(from + size, logs[partition]!.length);
    return { partition, epoch, from, entries, next: { inbound, decisions: inbound * 2 } };
  };

  async function apply(partition: number, size: number): Promise<void> {
    const batch = batchOf(partition, at[partition]!, size);
    const applied = await owners[partition]!.projection.apply(batch);
    const fresh = batch.entries.length;
    expect(applied).toEqual({ kind: 'applied', entries: fresh, cursor: batch.next });
    at[partition] = batch.next.inbound;
  }

  /** Nobody knows whether it was committed; the same owner gives the same batch again. */
  async function lose(partition: number, { size, loss }: Step): Promise<void> {
    const owner = owners[partition]!;
    const batch = batchOf(partition, at[partition]!, size);
    if (batch.entries.length === 0) return;
    owner.database.loseNext(loss);
    await expect(owner.projection.apply(batch)).rejects.toThrow(ReadModelsError);
    const again = await owner.projection.apply(batch);
    const entries = loss === 'before the commit' ? batch.entries.length : 0;
    expect(again).toEqual({ kind: 'applied', entries, cursor: batch.next });
    at[partition] = batch.next.inbound;
  }

  /** A batch from before, that may reach past what is applied: only what is new counts. */
  async function repeat(partition: number, size: number): Promise<void> {
    const from = Math.max(0, at[partition]! - size);
    const batch = batchOf(partition, from, size + 2);
    const applied = await owners[partition]!.projection.apply(batch);
    const cursor = { inbound: batch.next.inbound, decisions: batch.next.decisions };
    expect(applied).toEqual({ kind: 'applied', entries: batch.next.inbound - at[partition]!, cursor });
    at[partition] = batch.next.inbound;
  }

  async function restart(partition: number): Promise<void> {
    retired[partition] = owners[partition];
    owners[partition] = await newOwner(database, partition);
    expect(owners[partition].claim.cursor.inbound).toBe(at[partition]);
  }

  /** Another owner claims the partition while a batch is on its way: it is applied before that, or not at all. */
  async function replace(partition: number, size: number): Promise<void> {
    const before = owners[partition]!;
    const batch = batchOf(partition, at[partition]!, size);
    const [applied, after] = await Promise.all([before.projection.apply(batch), newOwner(database, partition)]);
    const isApplied = after.claim.cursor.inbound === batch.next.inbound;
    expect(applied.kind).toBe(isApplied || batch.entries.length === 0 ? 'applied' : 'superseded');
    retired[partition] = before;
    owners[partition] = after;
    at[partition] = after.claim.cursor.inbound;
  }

  async function stale(partition: number, size: number): Promise<void> {
    const owner = retired[partition];
    const batch = batchOf(partition, at[partition]!, size, owner?.claim.epoch);
    if (owner === undefined || batch.entries.length === 0) return;
    const applied = await owner.projection.apply(batch);
    expect(applied).toMatchObject({ kind: expect.stringMatching('superseded|gap'), entries: 0 });
  }

  async function skip(partition: number, size: number): Promise<void> {
    const batch = batchOf(partition, at[partition]! + 1, size);
    const applied = await owners[partition]!.projection.apply(batch);
    const { inbound } = applied.cursor;
    expect({ ...applied, inbound }).toMatchObject({ kind: 'gap', entries: 0, inbound: at[partition] });
  }

  return {
    take(step) {
      switch (step.kind) {
        case 'apply':
          return apply(step.partition, step.size);
        case 'lose':
          return lose(step.partition, step);
        case 'repeat':
          return repeat(step.partition, step.size);
        case 'restart':
          return restart(step.partition);
        case 'replace':
          return replace(step.partition, step.size);
        case 'stale':
          return stale(step.partition, step.size);
        case 'skip':
          return skip(step.partition, step.size);
      }
    },
    async finish() {
      for (const partition of [0, 1]) {
        while (at[partition]! < logs[partition]!.length) await apply(partition, 64);
      }
    },
  };
}

async function newOwner(database: Database, partition: number): Promise<Owner> {
  const own = unreliable(database);
  const projection = createEventProjection(own, () => {}, SMALL);
  return { database: own, projection, claim: await projection.claim(partition) };
}
