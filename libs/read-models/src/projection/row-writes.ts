import type { Database, Transaction } from '../database/database.js';
import { copySql, copyText } from './copy-text.js';
import type { WorkingSet } from './rows.js';
import { columnArrays, upsertSql } from './statements.js';
import type { AnyRow, Table } from './table.js';

/** `copied`: by COPY, which costs half as much, and fails where a row is there already. `upserted`: what is there is replaced. */
export type NewRows = 'copied' | 'upserted';

/** How each kind of database is given them: the embedded one knows no COPY. */
export const NEW_ROWS: Readonly<Record<Database['kind'], NewRows>> = { server: 'copied', embedded: 'upserted' };

export type Write = (session: Transaction) => Promise<unknown>;

interface Writing {
  readonly newRows: NewRows;
  /** Told of the new rows of each table. */
  readonly added?: (table: Table, rows: readonly AnyRow[]) => void;
}

/** What brings the changed rows to the tables. It is made now, because the rows go on changing. */
export function writesOf(tables: readonly Table[], rows: WorkingSet, { newRows, added: told }: Writing): Write[] {
  const writes: Write[] = [];
  for (const table of tables) {
    const { added, replaced } = rows.changedApart(table);
    told?.(table, added);
    if (added.length > 0) writes.push(newRows === 'copied' ? copied(table, added) : upserted(table, added));
    if (replaced.length > 0) writes.push(upserted(table, replaced));
  }
  rows.written();
  return writes;
}

function copied(table: Table, added: readonly AnyRow[]): Write {
  const text = copyText(table, added);
  return (session) => session.copy(copySql(table), text);
}

function upserted(table: Table, changed: readonly AnyRow[]): Write {
  const arrays = columnArrays(table, changed);
  return (session) => session.run(upsertSql(table), arrays);
}
