import { createPartitionTime } from '@offramp/ladder';
import { setImmediate } from 'node:timers/promises';
import type { Database, Transaction } from '../database/database.js';
import { ReadModelsError } from '../database/failure.js';
import { copySql, copyText } from '../projection/copy-text.js';
import { type StoredCursor, claimCursor, moveCursor } from '../projection/cursors.js';
import type { Cursor, Entry } from '../projection/entry.js';
import { evolve } from '../projection/evolve.js';
import { load } from '../projection/load.js';
import { parkedThreads } from '../parked/parking.js';
import { isPoison } from '../parked/poison.js';
import { createEventProjection, emptyRows } from '../projection/event-projection.js';
import type { WorkingSet } from '../projection/rows.js';
import { type AnyRow, type Table, keyOfRow } from '../projection/table.js';
import { upserted } from '../projection/writes.js';
import { allProjections, tablesOf } from '../projections/all.js';
import type { ProjectionScope } from '../projections/scope.js';
import { type KeyFilter, createKeyFilter } from './key-filter.js';
import type { Guard } from './pace.js';
import { RebuildTaken } from './refused.js';
import type { RebuildSource } from './source.js';

/*
 * The same fold as the live one, in large steps: rows change in memory as often as they like and are written once, new ones by
 * COPY. Rows and cursor of a step are one transaction, so whoever goes on after a kill begins at the last step.
 */

export interface Filling {
  /** Of the set that is filled. */
  readonly database: Database;
  readonly scope: ProjectionScope;
  readonly source: Pick<RebuildSource, 'pieces'>;
  readonly sizes: FillSizes;
  readonly guard: Guard;
}

export interface FillSizes {
  /** Entries of one step, and what comes with the last of them. */
  readonly stepEntries: number;
  /** Rows that stay in memory from one step to the next; see `forgetUnused`. */
  readonly rowsKept: number;
  /** Entries of a partition that are worth a thread of their own. */
  readonly threadEntries: number;
}

/** The embedded database is one session, in one process, and its transactions have to be short. */
export const FILL_SIZES: Readonly<Record<Database['kind'], FillSizes>> = {
  server: { stepEntries: 20_000, rowsKept: 20_000, threadEntries: 5_000 },
  embedded: { stepEntries: 2_000, rowsKept: 20_000, threadEntries: Infinity },
};
/** Rows that a history has for each of its entries, counted generously: a message, and parts of a thread and of a line. */
const ROWS_OF_ENTRY = 1.5;
/** Entries that are folded before others have their turn. */
const ENTRIES_AT_ONCE = 250;

/** Brings one partition of the set exactly to where the live one was, `until`. It must not be past it. */
export async function fillPartition(filling: Filling, partition: number, until: StoredCursor): Promise<void> {
  const claimed = await claimCursor(filling.database, 'events', partition);
  if (claimed.inbound > until.inbound) {
    throw new ReadModelsError(`Partition ${partition} of the rebuilt tables is ahead of the live ones`, false);
  }
  const parked = await parkedThreads(filling.database, partition);
  if (parked.size > 0) return fillWithParking(filling, partition, until);
  try {
    await fillInSteps(filling, { partition, claimed, until });
  } catch (error) {
    if (!isPoison(error)) throw error;
    await fillWithParking(filling, partition, until);
  }
}

interface Stretch {
  readonly partition: number;
  readonly claimed: StoredCursor;
  readonly until: StoredCursor;
}

async function fillInSteps(filling: Filling, stretch: Stretch): Promise<void> {
  const step = createStep(filling, stretch);
  try {
    await foldInto(step, filling, stretch);
  } finally {
    // Nothing is on its way to the database any more when this has ended, however it did.
    await step.done();
  }
}

async function foldInto(step: Step, filling: Filling, { partition, claimed, until }: Stretch): Promise<void> {
  const { source, sizes } = filling;
  let read = claimed.inbound;
  for await (const { entries, cursor } of piecesUntil(source, partition, claimed, until)) {
    await step.fold(entries);
    read = cursor.inbound;
    if (step.entries >= sizes.stepEntries && read < until.inbound) await step.write(cursor);
  }
  if (read < until.inbound) throw endsEarly(partition);
  await step.write(until);
}

/** Where an entry cannot be projected, or could not before: as the projector does it, which parks the entry's thread. */
async function fillWithParking(filling: Filling, partition: number, until: StoredCursor): Promise<void> {
  const { database, source, guard } = filling;
  const guarded: Database = {
    ...database,
    transaction: (work, commit) =>
      database.transaction(async (session) => {
        const result = await work(session);
        await guard(session, 0);
        return result;
      }, commit),
  };
  const events = createEventProjection(guarded, () => {});
  const { epoch, cursor } = await events.claim(partition);
  let from = cursor.inbound;
  for await (const { entries, cursor: reached } of piecesUntil(source, partition, cursor, until)) {
    const next = reached.inbound >= until.inbound ? until : reached;
    const applied = await events.apply({ partition, epoch, from, entries, next });
    if (applied.kind !== 'applied') throw new RebuildTaken();
    await database.transaction((session) => guard(session, applied.entries));
    from = next.inbound;
  }
  if (from < until.inbound) throw endsEarly(partition);
}

function endsEarly(partition: number): ReadModelsError {
  return new ReadModelsError(`The log of partition ${partition} ends before what was projected of it`, false);
}

/** The last of them may lead past `until`, without the entries that do. */
async function* piecesUntil(source: Filling['source'], partition: number, from: Cursor, { inbound }: Cursor) {
  if (from.inbound >= inbound) return;
  for await (const { entries, cursor } of source.pieces(partition, from)) {
    const isLast = cursor.inbound >= inbound;
    yield { entries: isLast ? entries.filter(({ offset }) => offset < inbound) : entries, cursor };
    if (isLast) return;
  }
}

interface Step {
  /** Changes rows in memory; what was written before may still be on its way. */
  fold(entries: readonly Entry[]): Promise<void>;
  /** Folded since the last write. */
  readonly entries: number;
  /** Begins to write what was folded. */
  write(to: Cursor): Promise<void>;
  done(): Promise<void>;
}

function createStep(filling: Filling, { partition, claimed, until }: Stretch): Step {
  const { database, scope, guard, sizes } = filling;
  const projections = allProjections(partition, scope);
  const tables = tablesOf(projections);
  const rows = emptyRows(projections);
  // Whoever goes on with what another process has filled does not know what is there.
  const written = claimed.inbound === 0 ? createKeyFilter(until.inbound * ROWS_OF_ENTRY) : undefined;
  const loading = { projections, rows, mayHave: written?.mayHave };
  const clock = createPartitionTime(claimed.timeMs);
  const fold = { partition, projections, rows, clock };
  let cursor = claimed;
  let folded = 0;
  let writing: Promise<unknown> = Promise.resolve();

  return {
    async fold(entries) {
      await load(database, loading, entries);
      for (let at = 0; at < entries.length; at += ENTRIES_AT_ONCE) {
        for (const entry of entries.slice(at, at + ENTRIES_AT_ONCE)) evolve(fold, entry);
        await setImmediate();
      }
      folded += entries.length;
    },
    get entries() {
      return folded;
    },
    async write({ inbound, decisions }) {
      const [before, after] = [cursor, { epoch: claimed.epoch, inbound, decisions, timeMs: clock.ms }];
      const [writes, entries] = [stepWritesOf(tables, rows, { kind: database.kind, written }), folded];
      await writing;
      cursor = after;
      folded = 0;
      // Nothing is on its way now. What is would be read again as it was before, if it were forgotten.
      if (rows.used > sizes.rowsKept) rows.forgetUnused();
      writing = database.transaction(async (session) => {
        const move = { stream: 'events', partition, from: before, to: after } as const;
        if (!(await moveCursor(session, move))) throw new RebuildTaken();
        for (const write of writes) await write(session);
        // Last, since it holds the one row of the rebuild, which steps of other partitions wait for.
        await guard(session, entries);
      }, 'soon');
      // Told by whoever awaits it next.
      writing.catch(() => {});
    },
    async done() {
      await writing;
    },
  };
}

type StepWrite = (session: Transaction) => Promise<unknown>;

interface Writing {
  readonly kind: Database['kind'];
  /** Keys of all rows there ever were, where they are known. */
  readonly written: KeyFilter | undefined;
}

/** The texts are made now, because the rows go on changing. */
function stepWritesOf(tables: readonly Table[], rows: WorkingSet, { kind, written }: Writing): StepWrite[] {
  const writes: StepWrite[] = [];
  for (const table of tables) {
    const { added, replaced } = rows.changedApart(table);
    for (const row of added) written?.add(table, keyOfRow(table, row));
    writes.push(...(kind === 'server' ? copied(table, added) : upserted(table, added)), ...upserted(table, replaced));
  }
  rows.written();
  return writes;
}

function copied(table: Table, added: readonly AnyRow[]): StepWrite[] {
  if (added.length === 0) return [];
  const text = copyText(table, added);
  return [(session) => session.copy(copySql(table), text)];
}
