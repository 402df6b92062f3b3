import type { Session } from '../database/database.js';
import { projecting } from '../parked/poison.js';
import type { Entry } from './entry.js';
import { type Finder, type Projection, ROUNDS } from './projection.js';
import type { WorkingSet } from './rows.js';
import { keyArrays, loadBySql, loadSql, rowOf } from './statements.js';
import { type Key, type KeyPart, type Table, keyOf } from './table.js';

interface Asked {
  readonly rows: Map<Table, Set<Key>>;
  readonly found: Map<Finder, Set<Key>>;
}

export interface Loading {
  readonly projections: readonly Projection[];
  readonly rows: WorkingSet;
  /** Whether a row may be in the database; absent: any may. */
  readonly mayHave?: ((table: Table, key: Key) => boolean) | undefined;
  /**
   * Absent: rows that entries make are asked for, too. Otherwise they are taken for new ones, and their tables are added here: rows
   * that are added to these have to be inserted, which fails where one was there after all.
   */
  readonly takenForNew?: Set<Table> | undefined;
}

/** Reads the rows that a batch needs: one statement for each table and finder that is asked for, in each round. */
export async function load(session: Session, loading: Loading, entries: readonly Entry[]): Promise<void> {
  const { rows } = loading;
  const before: Asked = { rows: new Map(), found: new Map() };
  for (let round = 0; round < ROUNDS; round++) {
    const asked = projecting(() => ask(loading, { entries, round, before }));
    for (const [table, keys] of asked.rows) {
      const raw = await session.raw(loadSql(table), keyArrays(keys, table.key.length));
      for (const row of raw) rows.loaded(table, rowOf(table, row));
    }
    for (const [finder, keys] of asked.found) {
      const { table, by, rest } = finder;
      const raw = await session.raw(loadBySql(table, by, rest), keyArrays(keys, by.length));
      for (const row of raw) rows.loaded(table, rowOf(table, row));
    }
  }
}

interface Asking {
  readonly entries: readonly Entry[];
  readonly round: number;
  /** What was asked for already, found or not. */
  readonly before: Asked;
}

function ask({ projections, rows, mayHave, takenForNew }: Loading, { entries, round, before }: Asking): Asked {
  const asked: Asked = { rows: new Map(), found: new Map() };
  const row = (table: Table, first: KeyPart, second?: KeyPart, third?: KeyPart) => {
    if (rows.has(table, first, second, third)) return;
    const key = keyOf(first, second, third);
    if (mayHave?.(table, key) !== false) addOnce(before.rows, asked.rows, table, key);
  };
  const wanted = {
    row,
    made: takenForNew === undefined ? row : (table: Table) => void takenForNew.add(table),
    find: (finder: Finder, first: KeyPart, second?: KeyPart, third?: KeyPart) =>
      addOnce(before.found, asked.found, finder, keyOf(first, second, third)),
  };
  const asking = projections.flatMap(({ rounds }) => rounds?.[round] ?? []);
  for (const entry of entries) for (const wants of asking) wants(entry, rows, wanted);
  return asked;
}

function addOnce<Of>(before: Map<Of, Set<Key>>, asked: Map<Of, Set<Key>>, of: Of, key: Key): void {
  const seen = setOf(before, of);
  if (seen.has(key)) return;
  seen.add(key);
  setOf(asked, of).add(key);
}

function setOf<Of>(map: Map<Of, Set<Key>>, of: Of): Set<Key> {
  let set = map.get(of);
  if (set === undefined) map.set(of, (set = new Set()));
  return set;
}
