import type { RawRow } from '../database/database.js';
import { arrayText, columnText } from './sql-values.js';
import { type AnyRow, type Column, type Key, type Table, type Value, partsOf, sqlTableOf } from './table.js';

/** Writes whole rows: new ones are inserted, others replaced. */
export function upsertSql(table: Table): string {
  const keys = keyColumns(table);
  const others = table.columns.filter((column) => !keys.includes(column)).map(quotedName);
  const update = others.map((name) => `${name} = excluded.${name}`);
  const action = update.length === 0 ? 'NOTHING' : `UPDATE SET\n  ${update.join(', ')}`;
  return [insertSql(table), `ON CONFLICT (${keys.map(quotedName).join(', ')}) DO ${action}`].join('\n');
}

/** Writes whole rows, and fails where one is there. One array a column, so the text is the same for any number. */
export function insertSql(table: Table): string {
  const names = table.columns.map(quotedName);
  const arrays = table.columns.map(({ type }, at) => `$${at + 1}::${type}[]`);
  return [`INSERT INTO ${sqlTableOf(table)} (${names.join(', ')})`, `SELECT * FROM unnest(${arrays.join(', ')})`].join(
    '\n',
  );
}

/** Reads rows by their whole keys. */
export function loadSql(table: Table): string {
  return loadBySql(table, table.key);
}

/**
 * Reads rows by some columns. LATERAL makes it one look-up in the index for each key, however little the planner knows
 * about the table: a database that was just filled has no statistics, and would be read as a whole.
 */
export function loadBySql(table: Table, by: readonly string[], rest = ''): string {
  const columns = by.map((name) => table.columns.find((column) => column.name === name)!);
  const arrays = columns.map(({ type }, at) => `$${at + 1}::${type}[]`);
  const names = columns.map(quotedName);
  const limit = by.length === table.key.length ? ' LIMIT 1' : ' OFFSET 0';
  const where = names.map((name) => `x.${name} = k.${name}`).join(' AND ');
  return [
    `SELECT ${table.columns.map((column) => `t.${quotedName(column)}`).join(', ')}`,
    `FROM unnest(${arrays.join(', ')}) AS k (${names.join(', ')})`,
    `CROSS JOIN LATERAL (SELECT * FROM ${sqlTableOf(table)} x WHERE ${where}${rest}${limit}) t`,
  ].join('\n');
}

/** The arrays that `upsertSql` and `insertSql` take. */
export function columnArrays(table: Table, rows: readonly AnyRow[]): string[] {
  return table.columns.map(({ name }) => columnText(rows, name));
}

/** The arrays that the load statements take, one for each part of the keys. */
export function keyArrays(keys: Iterable<Key>, parts: number): string[] {
  const columns: string[][] = Array.from({ length: parts }, () => []);
  for (const key of keys) partsOf(key).forEach((part, at) => columns[at]!.push(part));
  return columns.map(arrayText);
}

export function rowOf(table: Table, raw: RawRow): AnyRow {
  const row: Record<string, Value> = {};
  for (let i = 0; i < table.columns.length; i++) {
    const { name, type } = table.columns[i]!;
    row[name] = valueOf(type, raw[i]!);
  }
  return row;
}

function valueOf(type: Column['type'], text: string | null): Value {
  if (text === null) return null;
  switch (type) {
    case 'integer':
    case 'bigint':
    case 'double precision':
      return Number(text);
    case 'boolean':
      return text === 't';
    default:
      return text;
  }
}

function keyColumns(table: Table): Column[] {
  return table.key.map((name) => table.columns.find((column) => column.name === name)!);
}

function quotedName({ sqlName }: Column): string {
  return sqlName === 'index' ? '"index"' : sqlName;
}
