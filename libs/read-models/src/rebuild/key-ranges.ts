import type { Session, Statement } from '../database/database.js';
import { OTHER_SCHEMA, TABLES_SCHEMA } from '../migrations/schema.js';
import { type Table, sqlNameOf } from '../projection/table.js';

/*
 * Both sets of a table in pieces of few rows, in the order of the key, so that no statement takes long. Where a piece ends is the
 * same key in both, whichever of them has rows that the other one lacks.
 */

/** The values of the key's columns as texts; a range is without its first key and with its last one. */
export interface KeyRange {
  /** Absent: from the beginning. */
  readonly after?: readonly string[];
  /** Absent: to the end. */
  readonly upTo?: readonly string[];
}

/** The whole table where `rowsMax` is not finite. */
export async function* keyRanges(session: Session, table: Table, rowsMax: number): AsyncGenerator<KeyRange> {
  let after: readonly string[] | undefined;
  do {
    const from: KeyRange = after === undefined ? {} : { after };
    const upTo = Number.isFinite(rowsMax) ? await lastKey(session, table, { ...from, rowsMax }) : undefined;
    yield upTo === undefined ? from : { ...from, upTo };
    after = upTo;
  } while (after !== undefined);
}

/** The key at which the first of the two sets has that many rows; undefined where both have fewer. */
async function lastKey(
  session: Session,
  table: Table,
  from: KeyRange & { rowsMax: number },
): Promise<readonly string[] | undefined> {
  const { sql, parameters } = lastKeySql(table, from);
  return (await session.query<{ key: readonly string[] }>(sql, parameters))[0]?.key;
}

export function lastKeySql(table: Table, { after, rowsMax }: KeyRange & { readonly rowsMax: number }): Statement {
  const columns = keyColumns(table).join(', ');
  const texts = keyColumns(table)
    .map((column) => `${column}::text`)
    .join(', ');
  const { where, parameters } = conditionOf(table, after === undefined ? {} : { after });
  const [live, other] = [TABLES_SCHEMA, OTHER_SCHEMA].map(
    (schema) =>
      `(SELECT ${columns} FROM ${schema}.${table.name}${where} ORDER BY ${columns} LIMIT 1 OFFSET ${rowsMax - 1})`,
  );
  const sql = `SELECT ARRAY[${texts}] AS key FROM (\n  ${live}\n  UNION ALL\n  ${other}\n) ends ORDER BY ${columns} LIMIT 1`;
  return { sql, parameters };
}

/** The rows of a range, in parentheses; the name of the table alone for the whole of it. */
export function rowsIn(schema: string, table: Table, range: KeyRange): Statement {
  const name = `${schema}.${table.name}`;
  const { where, parameters } = conditionOf(table, range);
  // Ordered, so that the database goes along the key and not over the whole table; it has no statistics of new tables.
  const sql = where === '' ? name : `(SELECT * FROM ${name}${where} ORDER BY ${keyColumns(table).join(', ')})`;
  return { sql, parameters };
}

function conditionOf(table: Table, { after, upTo }: KeyRange): { where: string; parameters: readonly string[] } {
  const key = `(${keyColumns(table).join(', ')})`;
  const types = table.key.map((name) => table.columns.find((column) => column.name === name)!.type);
  const values = (first: number) => `(${types.map((type, at) => `$${first + at}::text::${type}`).join(', ')})`;
  const conditions = [
    ...(after === undefined ? [] : [`${key} > ${values(1)}`]),
    ...(upTo === undefined ? [] : [`${key} <= ${values(1 + (after?.length ?? 0))}`]),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return { where, parameters: [...(after ?? []), ...(upTo ?? [])] };
}

export function keyColumns(table: Table): readonly string[] {
  return table.key.map(sqlNameOf);
}
