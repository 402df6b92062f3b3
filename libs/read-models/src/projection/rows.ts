import { type Slot, TableRows, type Usage } from './table-rows.js';
import type { AnyRow, Change, KeyPart, RowOf, Table } from './table.js';

/** What a projection reads: rows as they stand at this entry. */
export interface Rows {
  get<Of extends Table>(table: Of, first: KeyPart, second?: KeyPart, third?: KeyPart): RowOf<Of> | undefined;
  /** What the projections before this one changed at this entry. */
  changesOf<Of extends Table>(table: Of): readonly Change<Of>[];
  /** All rows in memory whose keys begin with these parts: those of a tenant, or of a thread. */
  groupOf<Of extends Table>(table: Of, first: KeyPart, second?: KeyPart): readonly RowOf<Of>[];
}

/** The rows that a batch needs, changed in memory and written back once, whatever the number of changes to a row. */
export interface WorkingSet extends Rows {
  has(table: Table, first: KeyPart, second?: KeyPart, third?: KeyPart): boolean;
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

export function createWorkingSet(tables: readonly Table[]): WorkingSet {
  const usage: Usage = { generation: 0, used: 0 };
  const sets = new Map(tables.map((table) => [table, new TableRows(usage, table)]));
  /** Those with changes of this entry. */
  const touched: TableRows[] = [];

  return {
    get: <Of extends Table>(table: Of, first: KeyPart, second?: KeyPart, third?: KeyPart) =>
      sets.get(table)!.find(first, second, third)?.row as RowOf<Of> | undefined,
    has: (table, first, second, third) => sets.get(table)!.find(first, second, third) !== undefined,
    changesOf: <Of extends Table>(table: Of) => sets.get(table)!.changes as readonly unknown[] as readonly Change<Of>[],
    groupOf: <Of extends Table>(table: Of, first: KeyPart, second?: KeyPart) =>
      sets.get(table)!.groupOf(first, second) as readonly RowOf<Of>[],
    loaded: (table, row) => sets.get(table)!.loaded(row),
    put(table, row) {
      const set = sets.get(table)!;
      if (set.changes.length === 0) touched.push(set);
      set.put(row);
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
