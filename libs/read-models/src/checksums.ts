import type { Session } from './database/database.js';
import { TABLES_SCHEMA } from './migrations/schema.js';
import { allProjections, tablesOf } from './projections/all.js';

/** What a table holds, in one line. Equal rows give equal checksums, whatever order they were written in. */
export interface TableChecksum {
  readonly table: string;
  readonly rows: number;
  /** 16 hex digits. */
  readonly checksum: string;
}

/** Built from the log alone: two of them at the same position are equal. Cursors hold epochs and are not among them. */
export const COMPARED_TABLES: readonly string[] = [
  ...tablesOf(allProjections(0)).map(({ name }) => name),
  'contents',
  'forgotten',
];

/**
 * A sum of the first 60 bits of each row's MD5: no order, so no sort and no memory, and two different rows do not cancel
 * out as they would in an exclusive or. Sums of parts of a table add up. `rows` is a table, or a statement in parentheses.
 */
export function sumSql(rows: string): string {
  return `
SELECT count(*)::double precision AS rows,
  coalesce(sum(('x' || left(md5(x::text), 15))::bit(60)::bigint), 0)::text AS sum
FROM ${rows} x`;
}

export interface Sum {
  readonly rows: number;
  /** Decimal digits. */
  readonly sum: string;
}

const BITS = 60;
const DIGITS = 16;

export function checksumOf(sum: bigint): string {
  return BigInt.asUintN(BITS, sum).toString(16).padStart(DIGITS, '0');
}

export async function checksums(database: Session, tables = COMPARED_TABLES): Promise<TableChecksum[]> {
  const all: TableChecksum[] = [];
  for (const table of tables) {
    const [found] = await database.query<Sum>(sumSql(`${TABLES_SCHEMA}.${table}`));
    all.push({ table, rows: found!.rows, checksum: checksumOf(BigInt(found!.sum)) });
  }
  return all;
}
