import { type TableChecksum, checksumSql } from '../checksums.js';
import type { Session } from '../database/database.js';
import { inSchemaSql } from '../database/in-schema.js';
import { OTHER_SCHEMA, TABLES_SCHEMA } from '../migrations/schema.js';
import { sqlNameOf } from '../projection/table.js';
import { allProjections, tablesOf } from '../projections/all.js';

/** One table of both sets at the same positions. */
export interface ComparedTable {
  readonly table: string;
  readonly live: Omit<TableChecksum, 'table'>;
  readonly rebuilt: Omit<TableChecksum, 'table'>;
  readonly equal: boolean;
  /** The keys of the first rows that differ, in their order, at most `KEYS_MAX`; column → value. */
  readonly differing: readonly DifferingRow[];
}

export interface DifferingRow {
  readonly key: Readonly<Record<string, string>>;
  /** Where the row is: in both with other values, or in one of them only. */
  readonly in: 'both' | 'live' | 'rebuilt';
}

export const KEYS_MAX = 10;

/** Compares the tables of these names. Both sets have to stand still, or be seen in one snapshot. */
export async function compareTables(session: Session, names: readonly string[]): Promise<ComparedTable[]> {
  const compared: ComparedTable[] = [];
  for (const table of names) {
    const [live] = await session.query<Omit<TableChecksum, 'table'>>(checksumSql(table));
    const [rebuilt] = await session.query<Omit<TableChecksum, 'table'>>(inSchemaSql(checksumSql(table), OTHER_SCHEMA));
    const equal = live!.rows === rebuilt!.rows && live!.checksum === rebuilt!.checksum;
    const differing = equal ? [] : await differingRows(session, table);
    compared.push({ table, live: live!, rebuilt: rebuilt!, equal, differing });
  }
  return compared;
}

async function differingRows(session: Session, name: string): Promise<DifferingRow[]> {
  const { key } = tablesOf(allProjections(0)).find((table) => table.name === name)!;
  const columns = key.map(sqlNameOf);
  const rows = await session.query<{ key: Record<string, string>; place: DifferingRow['in'] }>(
    differingSql(name, columns),
  );
  return rows.map((row) => ({ key: row.key, in: row.place }));
}

export function differingSql(table: string, key: readonly string[]): string {
  const pairs = key.map((column) => `'${column}', coalesce(l.${column}, r.${column})::text`).join(', ');
  const order = key.map((column) => `coalesce(l.${column}, r.${column})`).join(', ');
  return `
SELECT jsonb_build_object(${pairs}) AS key,
  CASE WHEN r.${key[0]} IS NULL THEN 'live' WHEN l.${key[0]} IS NULL THEN 'rebuilt' ELSE 'both' END AS place
FROM ${TABLES_SCHEMA}.${table} l FULL JOIN ${OTHER_SCHEMA}.${table} r USING (${key.join(', ')})
WHERE md5(l::text) IS DISTINCT FROM md5(r::text)
ORDER BY ${order} LIMIT ${KEYS_MAX}`;
}
