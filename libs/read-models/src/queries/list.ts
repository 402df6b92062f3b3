import type { Database } from '../database/database.js';
import { type KeyType, decodeCursor, encodeCursor } from './cursor.js';
import { selectOf } from './fields.js';
import { type Filter, type FilterValue, type Filters, filterValues } from './filters.js';
import { type QueryRefusal, isRefusal } from './refusal.js';
import { jsonRow } from './rows.js';

export interface Page<Row> {
  readonly data: readonly Row[];
  /** Gives the next page; null: this was the last one. */
  readonly next: string | null;
}

export interface PageOptions {
  readonly cursor?: string | undefined;
  /** 1 to 1000, default 50. */
  readonly limit?: number | undefined;
}

/** Rows of one tenant, in an order that writes do not disturb: what was on a page before never comes again. */
export interface List<Row, Given> {
  /** The fields of a row, in order, for CSV. */
  readonly columns: readonly string[];
  page(tenant: string, filters?: Given, options?: PageOptions): Promise<Page<Row> | QueryRefusal>;
  /** All rows, a bounded number in memory; rows written meanwhile may or may not be among them. */
  all(tenant: string, filters?: Given): AsyncIterable<Row> | QueryRefusal;
}

/** What a list is made of. The SQL is the same text for every question: a filter that is not asked for is null. */
export interface ListSpec<Row> {
  readonly name: string;
  /** The fields of a row and where each comes from. */
  readonly fields: Readonly<Record<string, string>>;
  /** Fields that stay in a row where they are null; all others are left out. */
  readonly nullable?: readonly string[];
  readonly from: string;
  /** Its tenant column. */
  readonly tenant: string;
  readonly filters: Readonly<Record<string, Filter>>;
  /** The columns of the order, unique as a whole. */
  readonly key: readonly (readonly [column: string, type: KeyType])[];
  readonly direction: 'ASC' | 'DESC';
  /** The key of a row, as texts. */
  keyOf(row: Row): readonly string[];
}

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 1_000;

export function listSql<Row>({ fields, from, tenant, filters, key, direction }: ListSpec<Row>): string {
  let parameter = 1;
  const conditions = Object.values(filters).map(({ type, condition }) => {
    const n = `$${++parameter}`;
    return `(${n}::${type} IS NULL OR ${condition.replaceAll('$n', () => n)})`;
  });
  const columns = key.map(([column]) => column);
  const values = key.map(([, type]) => `$${++parameter}::${type}`);
  const past = `(${columns.join(', ')}) ${direction === 'ASC' ? '>' : '<'} (${values.join(', ')})`;
  return [
    selectOf(fields),
    `FROM ${from}`,
    `WHERE ${[`${tenant} = $1`, ...conditions, `(${values[0]} IS NULL OR ${past})`].join('\n  AND ')}`,
    `ORDER BY ${columns.map((column) => `${column} ${direction}`).join(', ')}`,
    `LIMIT $${++parameter}`,
  ].join('\n');
}

export function createList<Row, Given extends object>(database: Database, spec: ListSpec<Row>): List<Row, Given> {
  const sql = listSql(spec);
  const nullable = new Set(spec.nullable ?? []);

  async function read(tenant: string, values: readonly (FilterValue | null)[], after: Key, limit: number) {
    const key = after ?? spec.key.map(() => null);
    const rows = await database.query<Record<string, unknown>>(sql, [tenant, ...values, ...key, limit]);
    return rows.map((row) => jsonRow(row, nullable) as Row);
  }

  async function* everything(tenant: string, values: readonly (FilterValue | null)[]): AsyncGenerator<Row> {
    let after: Key = null;
    for (;;) {
      const rows: Row[] = await read(tenant, values, after, LIMIT_MAX);
      yield* rows;
      if (rows.length < LIMIT_MAX) return;
      after = spec.keyOf(rows.at(-1)!);
    }
  }

  return {
    columns: Object.keys(spec.fields),
    async page(tenant, given, { cursor, limit = LIMIT_DEFAULT } = {}) {
      if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) return badLimit();
      const filters = { ...given } as Filters;
      const values = filterValues(spec.filters, filters);
      if (isRefusal(values)) return values;
      const scope = { list: spec.name, tenant, filters };
      const types = spec.key.map(([, type]) => type);
      const after = cursor === undefined ? null : decodeCursor(scope, types, cursor);
      if (isRefusal(after)) return after;
      const rows = await read(tenant, values, after, limit + 1);
      const data = rows.slice(0, limit);
      return { data, next: rows.length > limit ? encodeCursor(scope, spec.keyOf(data.at(-1)!)) : null };
    },
    all(tenant, given) {
      const values = filterValues(spec.filters, { ...given } as Filters);
      return isRefusal(values) ? values : everything(tenant, values);
    },
  };
}

type Key = readonly string[] | null;

function badLimit(): QueryRefusal {
  return { refused: 'bad-limit', parameter: 'limit', detail: `It is a whole number from 1 to ${LIMIT_MAX}` };
}
