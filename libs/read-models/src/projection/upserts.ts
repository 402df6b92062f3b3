import type { Session } from '../database/database.js';
import type { WorkingSet } from './rows.js';
import { columnArrays, upsertSql } from './statements.js';
import type { AnyRow, Table } from './table.js';

export type Upsert = (session: Session) => Promise<unknown>;

/** What brings all changed rows to the tables, one statement for each. The rows may go on changing. */
export function upsertsOf(tables: readonly Table[], rows: WorkingSet): Upsert[] {
  const changed = tables.map((table) => [table, rows.changed(table)] as const);
  rows.written();
  return changed.filter(([, some]) => some.length > 0).map(([table, some]) => upserted(table, some));
}

/** The arrays are made now, because the rows go on changing. */
export function upserted(table: Table, changed: readonly AnyRow[]): Upsert {
  const arrays = columnArrays(table, changed);
  return (session) => session.run(upsertSql(table), arrays);
}
