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
  /** Forgets the rows that nobody asked for since this was done last; what was changed since then is not among them. */
  forgetUnused(): void;
  /** Rows that were asked for since then. */
  readonly used: number;
}

/** A row in memory. */
interface Slot {
  readonly key: Key;
  row: AnyRow;
  /** When it was asked for last, counted in times that rows were forgotten. */
  usedIn: number;
  state: 'stored' | 'added' | 'replaced';
}

/** What all tables of a set share. */
interface Usage {
  generation: number;
  /** Slots that were used in it. */
  used: number;
}

export interface Grouping {
  /** The table, and how many parts of its key make the group. */
  readonly table: Table;
  readonly parts: number;
}

const NONE: readonly never[] = [];

export function createWorkingSet(tables: readonly Table[], groupings: readonly Grouping[]): WorkingSet {
  const usage: Usage = { generation: 0, used: 0 };
  const groupKeys = new Map(groupings.map(({ table, parts }) => [table, { key: table.key.slice(0, parts) }]));
  const sets = new Map(tables.map((table) => [table, new TableRows(usage, groupKeys.get(table))]));
  /** Those with changes of this entry. */
  const touched: TableRows[] = [];

  return {
    get: <Of extends Table>(table: Of, key: Key) => sets.get(table)!.find(key)?.row as RowOf<Of> | undefined,
    has: (table, key) => sets.get(table)!.find(key) !== undefined,
    changesOf: <Of extends Table>(table: Of) => sets.get(table)!.changes as readonly unknown[] as readonly Change<Of>[],
    groupOf: <Of extends Table>(table: Of, group: Key) => sets.get(table)!.groupOf(group) as readonly RowOf<Of>[],
    loaded(table, row) {
      const [set, key] = [sets.get(table)!, keyOfRow(table, row)];
      if (set.find(key) === undefined) set.store(key, row, 'stored');
    },
    put(table, row) {
      const set = sets.get(table)!;
      if (set.changes.length === 0) touched.push(set);
      set.put(keyOfRow(table, row), row);
    },
    nextEntry() {
      for (const { changes } of touched) changes.length = 0;
      touched.length = 0;
    },
    changed: (table) =>
      sets
        .get(table)!
        .inOrder()
        .map(({ row }) => row),
    changedApart(table) {
      const slots = sets.get(table)!.inOrder();
      const rowsIn = (state: Slot['state']) => slots.filter((slot) => slot.state === state).map(({ row }) => row);
      return { added: rowsIn('added'), replaced: rowsIn('replaced') };
    },
    written() {
      for (const set of sets.values()) set.written();
    },
    forgetUnused() {
      for (const set of sets.values()) set.forgetUnused();
      usage.generation++;
      usage.used = 0;
    },
    get used() {
      return usage.used;
    },
  };
}

class TableRows {
  /** Of the present entry. */
  readonly changes: Change<Table>[] = [];
  private readonly slots = new Map<Key, Slot>();
  /** Those that are not `stored`. */
  private changed: Slot[] = [];
  private readonly groups = new Map<Key, Set<Slot>>();

  /** `groupKey`: how a row names its group, where rows of this table are asked for by group. */
  constructor(
    private readonly usage: Usage,
    private readonly groupKey: Pick<Table, 'key'> | undefined,
  ) {}

  find(key: Key): Slot | undefined {
    const slot = this.slots.get(key);
    if (slot !== undefined) this.use(slot);
    return slot;
  }

  groupOf(group: Key): readonly AnyRow[] {
    const members = this.groups.get(group);
    if (members === undefined) return NONE;
    for (const slot of members) this.use(slot);
    return Array.from(members, ({ row }) => row);
  }

  store(key: Key, row: AnyRow, state: 'stored' | 'added'): Slot {
    const slot: Slot = { key, row, usedIn: this.usage.generation, state };
    this.slots.set(key, slot);
    this.usage.used++;
    if (this.groupKey === undefined) return slot;
    const group = keyOfRow(this.groupKey, row);
    const members = this.groups.get(group);
    if (members === undefined) this.groups.set(group, new Set([slot]));
    else members.add(slot);
    return slot;
  }

  put(key: Key, row: AnyRow): void {
    const slot = this.find(key);
    this.changes.push({ before: slot === undefined ? null : slot.row, after: row } as Change<Table>);
    if (slot === undefined) {
      this.changed.push(this.store(key, row, 'added'));
      return;
    }
    slot.row = row;
    if (slot.state !== 'stored') return;
    slot.state = 'replaced';
    this.changed.push(slot);
  }

  /** The changed ones, in the order of their keys. */
  inOrder(): readonly Slot[] {
    return this.changed.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  }

  written(): void {
    for (const slot of this.changed) slot.state = 'stored';
    this.changed = [];
  }

  forgetUnused(): void {
    for (const slot of this.slots.values()) if (slot.usedIn !== this.usage.generation) this.forget(slot);
  }

  private use(slot: Slot): void {
    if (slot.usedIn === this.usage.generation) return;
    slot.usedIn = this.usage.generation;
    this.usage.used++;
  }

  private forget(slot: Slot): void {
    this.slots.delete(slot.key);
    if (this.groupKey === undefined) return;
    const group = keyOfRow(this.groupKey, slot.row);
    const members = this.groups.get(group)!;
    members.delete(slot);
    if (members.size === 0) this.groups.delete(group);
  }
}
