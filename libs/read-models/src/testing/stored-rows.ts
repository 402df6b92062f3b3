import { canonicalJson } from '@offramp/ladder';
import type { Session } from '../database/database.js';
import { rowOf } from '../projection/statements.js';
import { type AnyRow, type Table, type Value, keyOfRow, sqlTableOf } from '../projection/table.js';

/** All rows of a table, in the order of their keys, in a form in which equal rows are equal. */
export async function storedRows(session: Session, table: Table): Promise<AnyRow[]> {
  const columns = table.columns.map(({ sqlName }) => `"${sqlName}"`).join(', ');
  const raw = await session.raw(`SELECT ${columns} FROM ${sqlTableOf(table)}`);
  return comparable(
    table,
    raw.map((row) => rowOf(table, row)),
  );
}

/** The database writes times and JSON in its own way; what they say is the same. */
export function comparable(table: Table, rows: readonly AnyRow[]): AnyRow[] {
  const keyed = rows.map((row) => [keyOfRow(table, row), normal(table, row)] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function normal(table: Table, row: AnyRow): AnyRow {
  const entries = table.columns.map(({ name, type }) => {
    const value = row[name] as Value;
    if (typeof value !== 'string') return [name, value] as const;
    if (type === 'timestamptz') return [name, new Date(value).toISOString()] as const;
    return [name, type === 'jsonb' ? canonicalJson(JSON.parse(value)) : value] as const;
  });
  return Object.fromEntries(entries);
}
