import { type AnyRow, type Key, type RowOf, type Table, keyOfRow } from './table.js';

/** A row that one entry made or changed. `before` is null where it is new. */
export interface Change<Of> {
  readonly before: RowOf<Of> | null;
  readonly after: RowOf<Of>;
}

/** What a projection reads: rows as they stand at this entry. */
export interface Rows {
  get<Of extends Table>(table: Of, key: Key): RowOf<Of> | undefined;
  /** What the projections before this one changed at this entry. */
  changesOf<Of extends Table>(table: Of): readonly Change<Of>[];
  /** All rows in memory of a table that belong to one thread or, for tables without threads, to one tenant. */
  groupOf<Of extends Table>(table: Of, group: Key): readonly RowOf<Of>[];
}

/** The rows that a batch needs, changed in memory and written back once, whatever the number of changes to a row. */
export interface WorkingSet extends Rows {
  has(table: Table, key: Key): boolean;
  /** A row as it stands in the database. One that is in memory already stays as it is. */
  loaded(table: Table, row: AnyRow): void;
  put(table: Table, row: AnyRow): void;
  /** Forgets what the last entry changed. */
  nextEntry(): void;
  /** The changed rows, in the order of their keys. */
  changed(table: Table): AnyRow[];
  /** The same in two: those that nobody had loaded or written before, and the others. */
  changedApart(table: Table): { readonly added: AnyRow[]; readonly replaced: AnyRow[] };
  /** What was changed is in the database now. */
  written(): void;
  /** Forgets the rows that nobody asked for since this was done last. Nothing may wait to be written. */
  forgetUnused(): void;
  /** Rows that were asked for since then. */
  readonly used: number;
}

interface TableRows {
  /** Asked for since rows were forgotten last, and the others. */
  used: Map<Key, AnyRow>;
  unused: Map<Key, AnyRow>;
  /** Whether a changed row was not there before. */
  readonly changed: Map<Key, boolean>;
  readonly groups: Map<Key, Set<Key>>;
  changes: Change<Table>[];
}

export interface Grouping {
  /** The table, and how many parts of its key make the group. */
  readonly table: Table;
  readonly parts: number;
}

const NONE: readonly never[] = [];

export function createWorkingSet(tables: readonly Table[], groupings: readonly Grouping[]): WorkingSet {
  const sets = new Map<Table, TableRows>(tables.map((table) => [table, noRows()]));
  /** Those with changes of this entry. */
  const touched: TableRows[] = [];
  const groupKeys = new Map(groupings.map(({ table, parts }) => [table, { key: table.key.slice(0, parts) }]));

  function store(table: Table, key: Key, row: AnyRow): void {
    const set = sets.get(table)!;
    set.used.set(key, row);
    const groupKey = groupKeys.get(table);
    if (groupKey === undefined) return;
    const group = keyOfRow(groupKey, row);
    const members = set.groups.get(group);
    if (members === undefined) set.groups.set(group, new Set([key]));
    else members.add(key);
  }

  return {
    get: <Of extends Table>(table: Of, key: Key) => lookUp(sets.get(table)!, key) as RowOf<Of> | undefined,
    has: (table, key) => lookUp(sets.get(table)!, key) !== undefined,
    changesOf: <Of extends Table>(table: Of) => sets.get(table)!.changes as readonly unknown[] as readonly Change<Of>[],
    groupOf<Of extends Table>(table: Of, group: Key) {
      const set = sets.get(table)!;
      const keys = set.groups.get(group);
      return keys === undefined ? NONE : Array.from(keys, (key) => lookUp(set, key) as RowOf<Of>);
    },
    loaded(table, row) {
      const key = keyOfRow(table, row);
      if (lookUp(sets.get(table)!, key) === undefined) store(table, key, row);
    },
    put(table, row) {
      const set = sets.get(table)!;
      const key = keyOfRow(table, row);
      const before = lookUp(set, key) ?? null;
      if (before === null) {
        store(table, key, row);
        set.changed.set(key, true);
      } else {
        set.used.set(key, row);
        if (!set.changed.has(key)) set.changed.set(key, false);
      }
      if (set.changes.length === 0) touched.push(set);
      set.changes.push({ before, after: row } as Change<Table>);
    },
    nextEntry() {
      for (const set of touched) set.changes = [];
      touched.length = 0;
    },
    changed: (table) => changedRows(sets.get(table)!),
    changedApart: (table) => changedApart(sets.get(table)!),
    written() {
      for (const { changed } of sets.values()) changed.clear();
    },
    forgetUnused() {
      for (const [table, set] of sets) forgetUnused(set, groupKeys.get(table));
    },
    get used() {
      let size = 0;
      for (const { used } of sets.values()) size += used.size;
      return size;
    },
  };
}

function noRows(): TableRows {
  return { used: new Map(), unused: new Map(), changed: new Map(), groups: new Map(), changes: [] };
}

function changedRows({ used, changed }: TableRows): AnyRow[] {
  return [...changed.keys()].sort().map((key) => used.get(key)!);
}

function changedApart({ used, changed }: TableRows): ReturnType<WorkingSet['changedApart']> {
  const added: AnyRow[] = [];
  const replaced: AnyRow[] = [];
  for (const key of [...changed.keys()].sort()) (changed.get(key)! ? added : replaced).push(used.get(key)!);
  return { added, replaced };
}

function lookUp(set: TableRows, key: Key): AnyRow | undefined {
  const row = set.used.get(key);
  if (row !== undefined) return row;
  const unused = set.unused.get(key);
  if (unused === undefined) return undefined;
  set.unused.delete(key);
  set.used.set(key, unused);
  return unused;
}

function forgetUnused(set: TableRows, groupKey: Pick<Table, 'key'> | undefined): void {
  if (groupKey !== undefined) {
    for (const [key, row] of set.unused) {
      const group = keyOfRow(groupKey, row);
      const members = set.groups.get(group)!;
      members.delete(key);
      if (members.size === 0) set.groups.delete(group);
    }
  }
  set.unused = set.used;
  set.used = new Map();
}
