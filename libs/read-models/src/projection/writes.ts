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
  if (!takenForNew) return written(upsertSql, table, rows.changed(table));
  const { added, replaced } = rows.changedApart(table);
  return [...written(insertSql, table, added), ...written(upsertSql, table, replaced)];
}

/** Nothing where there are no rows. */
function written(sqlOf: (table: Table) => string, table: Table, rows: readonly AnyRow[]): Write[] {
  return rows.length === 0 ? [] : [{ sql: sqlOf(table), table, rows }];
}

/** An upsert of rows that may go on changing: their arrays are made now. Nothing where there are none. */
export function upserted(table: Table, rows: readonly AnyRow[]): ((session: Session) => Promise<unknown>)[] {
  return written(upsertSql, table, rows).map(({ sql }) => {
    const arrays = columnArrays(table, rows);
    return (session) => session.run(sql, arrays);
  });
}
