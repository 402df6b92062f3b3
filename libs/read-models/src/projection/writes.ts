import { setImmediate } from 'node:timers/promises';
import type { Session } from '../database/database.js';
import type { WorkingSet } from './rows.js';
import { columnArrays, insertSql, upsertSql } from './statements.js';
import type { AnyRow, Table } from './table.js';

interface Write {
  readonly sql: string;
  readonly table: Table;
  readonly rows: readonly AnyRow[];
}

const NONE: ReadonlySet<Table> = new Set();

/**
 * Brings all changed rows to the tables, by one upsert for each. Rows that were added to one of those `takenForNew` are inserted
 * instead, which fails where one is there after all (see `Loading`). The rows must not change meanwhile.
 */
export async function writeChanged(
  session: Session,
  tables: readonly Table[],
  rows: WorkingSet,
  takenForNew: ReadonlySet<Table> = NONE,
): Promise<void> {
  let writing: Promise<unknown> = Promise.resolve();
  for (const { sql, table, rows: some } of tables.flatMap((one) => writesOf(one, rows, takenForNew.has(one)))) {
    // The database writes one table while the arrays of the next are made.
    const arrays = columnArrays(table, some);
    await writing;
    writing = session.run(sql, arrays);
    // Told by whoever awaits it next.
    writing.catch(() => {});
    await setImmediate();
  }
  await writing;
  rows.written();
}

function writesOf(table: Table, rows: WorkingSet, takenForNew: boolean): Write[] {
  if (!takenForNew) return upsertOf(table, rows.changed(table));
  const { added, replaced } = rows.changedApart(table);
  const insert = { sql: insertSql(table), table, rows: added };
  return added.length === 0 ? upsertOf(table, replaced) : [insert, ...upsertOf(table, replaced)];
}

function upsertOf(table: Table, rows: readonly AnyRow[]): Write[] {
  return rows.length === 0 ? [] : [{ sql: upsertSql(table), table, rows }];
}

/** The same for some rows that may go on changing: what writes them. */
export function upserted(table: Table, rows: readonly AnyRow[]): ((session: Session) => Promise<unknown>)[] {
  if (rows.length === 0) return [];
  const arrays = columnArrays(table, rows);
  return [(session) => session.run(upsertSql(table), arrays)];
}
