import { type Sum, type TableChecksum, checksumOf, sumSql } from '../checksums.js';
import type { Session, Statement } from '../database/database.js';
import { OTHER_SCHEMA, TABLES_SCHEMA } from '../migrations/schema.js';
import type { Table } from '../projection/table.js';
import { allProjections, tablesOf } from '../projections/all.js';
import { type KeyRange, keyColumns, keyRanges, rowsIn } from './key-ranges.js';

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

export interface Comparing {
  readonly names: readonly string[];
  /** Rows of a set that one statement reads. */
  readonly rowsMax: number;
}

/** Compares the tables of these names. Both sets have to stand still, or be seen in one snapshot. */
export async function compareTables(session: Session, { names, rowsMax }: Comparing): Promise<ComparedTable[]> {
  const tables = tablesOf(allProjections(0));
  const compared: ComparedTable[] = [];
  for (const name of names) {
    compared.push(
      await compareTable(
        session,
        tables.find((table) => table.name === name)!,
        rowsMax,
      ),
    );
  }
  return compared;
}

async function compareTable(session: Session, table: Table, rowsMax: number): Promise<ComparedTable> {
  const live = { rows: 0, sum: 0n };
  const rebuilt = { rows: 0, sum: 0n };
  const differing: DifferingRow[] = [];
  for await (const range of keyRanges(session, table, rowsMax)) {
    const here = await addSum(session, live, rowsIn(TABLES_SCHEMA, table, range));
    const there = await addSum(session, rebuilt, rowsIn(OTHER_SCHEMA, table, range));
    if (here.rows === there.rows && here.sum === there.sum) continue;
    const more = KEYS_MAX - differing.length;
    if (more > 0) differing.push(...(await differingRows(session, table, { ...range, more })));
  }
  const [l, r] = [live, rebuilt].map(({ rows, sum }) => ({ rows, checksum: checksumOf(sum) }));
  const equal = l!.rows === r!.rows && l!.checksum === r!.checksum;
  return { table: table.name, live: l!, rebuilt: r!, equal, differing };
}

async function addSum(session: Session, to: { rows: number; sum: bigint }, rows: Statement): Promise<Sum> {
  const [found] = await session.query<Sum>(sumSql(rows.sql), rows.parameters);
  to.rows += found!.rows;
  to.sum += BigInt(found!.sum);
  return found!;
}

type Differing = KeyRange & { readonly more: number };

async function differingRows(session: Session, table: Table, range: Differing): Promise<DifferingRow[]> {
  const { sql, parameters } = differingSql(table, range);
  const rows = await session.query<{ key: Record<string, string>; place: DifferingRow['in'] }>(sql, parameters);
  return rows.map((row) => ({ key: row.key, in: row.place }));
}

export function differingSql(table: Table, { more, ...range }: Differing): Statement {
  const key = keyColumns(table);
  const pairs = key.map((column) => `'${column}', coalesce(l.${column}, r.${column})::text`).join(', ');
  const order = key.map((column) => `coalesce(l.${column}, r.${column})`).join(', ');
  const [live, other] = [TABLES_SCHEMA, OTHER_SCHEMA].map((schema) => rowsIn(schema, table, range));
  const sql = `
SELECT jsonb_build_object(${pairs}) AS key,
  CASE WHEN r.${key[0]} IS NULL THEN 'live' WHEN l.${key[0]} IS NULL THEN 'rebuilt' ELSE 'both' END AS place
FROM ${live!.sql} l FULL JOIN ${other!.sql} r USING (${key.join(', ')})
WHERE md5(l::text) IS DISTINCT FROM md5(r::text)
ORDER BY ${order} LIMIT ${more}`;
  return { sql, parameters: live!.parameters };
}
