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
  /** One of the list's orders; `-` before the field: the greatest first. */
  readonly sort?: string | undefined;
}

/** Rows of one tenant, in an order that writes do not disturb: what was on a page before never comes again. */
export interface List<Row, Given> {
  /** The fields of a row, in order, for CSV. */
  readonly columns: readonly string[];
  page(tenant: string, filters?: Given, options?: PageOptions): Promise<Page<Row> | QueryRefusal>;
  /** All rows, a bounded number in memory; rows written meanwhile may or may not be among them. */
  all(tenant: string, filters?: Given, options?: Pick<PageOptions, 'sort'>): AsyncIterable<Row> | QueryRefusal;
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
  /** By the name that `sort` gives, the usual one first. A list of one thing may have one only, which has no name. */
  readonly orders: Readonly<Record<string, Order<Row>>>;
}

/**
 * An order that writes do not disturb: of columns that stay as they are. (`endedAt` moves where a line ends once more, after it
 * was reopened; what happened meanwhile then has a place of its own.)
 */
export interface Order<Row> {
  /** The columns, unique as a whole. */
  readonly key: readonly (readonly [column: string, type: KeyType])[];
  readonly direction: 'ASC' | 'DESC';
  /** What has to hold for a row to have a place in it. */
  readonly only?: string;
  /** The key of a row, as texts. */
  keyOf(row: Row): readonly string[];
}

/** An order and its opposite, by the field of a row that they are named after. */
export function bothWays<Row>(field: string, order: Omit<Order<Row>, 'direction'>): Record<string, Order<Row>> {
  return { [`-${field}`]: { ...order, direction: 'DESC' }, [field]: { ...order, direction: 'ASC' } };
}

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 1_000;

export function listSql<Row>({ fields, from, tenant, filters }: ListSpec<Row>, order: Order<Row>): string {
  const { key, direction, only } = order;
  let parameter = 1;
  const conditions = Object.values(filters).map(({ type, condition }) => {
    const n = `$${++parameter}`;
    return `(${n}::${type} IS NULL OR ${condition.replaceAll('$n', () => n)})`;
  });
  const columns = key.map(([column]) => column);
  const values = key.map(([, type]) => `$${++parameter}::${type}`);
  const past = `(${columns.join(', ')}) ${direction === 'ASC' ? '>' : '<'} (${values.join(', ')})`;
  const where = [`${tenant} = $1`, ...(only === undefined ? [] : [only]), ...conditions];
  return [
    selectOf(fields),
    `FROM ${from}`,
    `WHERE ${[...where, `(${values[0]} IS NULL OR ${past})`].join('\n  AND ')}`,
    `ORDER BY ${columns.map((column) => `${column} ${direction}`).join(', ')}`,
    `LIMIT $${++parameter}`,
  ].join('\n');
}

/** What a question comes to: the order, and the values of the filters. */
interface Asked<Row> {
  readonly tenant: string;
  readonly values: readonly (FilterValue | null)[];
  readonly order: Order<Row>;
  readonly sort: string;
  readonly sql: string;
}

export function createList<Row, Given extends object>(database: Database, spec: ListSpec<Row>): List<Row, Given> {
  const nullable = new Set(spec.nullable ?? []);
  const sorts = Object.keys(spec.orders);
  const statements = new Map(sorts.map((sort) => [sort, listSql(spec, spec.orders[sort]!)]));

  function asked(tenant: string, given: Given | undefined, sort = sorts[0]!): Asked<Row> | QueryRefusal {
    if (!statements.has(sort)) return badSort(sorts);
    const values = filterValues(spec.filters, { ...given } as Filters);
    if (isRefusal(values)) return values;
    return { tenant, values, order: spec.orders[sort]!, sort, sql: statements.get(sort)! };
  }

  async function read({ tenant, values, order, sql }: Asked<Row>, after: Key, limit: number) {
    const key = after ?? order.key.map(() => null);
    const rows = await database.query<Record<string, unknown>>(sql, [tenant, ...values, ...key, limit]);
    return rows.map((row) => jsonRow(row, nullable) as Row);
  }

  async function* everything(question: Asked<Row>): AsyncGenerator<Row> {
    let after: Key = null;
    for (;;) {
      const rows: Row[] = await read(question, after, LIMIT_MAX);
      yield* rows;
      if (rows.length < LIMIT_MAX) return;
      after = question.order.keyOf(rows.at(-1)!);
    }
  }

  return {
    columns: Object.keys(spec.fields),
    async page(tenant, given, { cursor, limit = LIMIT_DEFAULT, sort } = {}) {
      if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) return badLimit();
      const question = asked(tenant, given, sort);
      if (isRefusal(question)) return question;
      const { key, keyOf } = question.order;
      const scope = { list: spec.name, tenant, filters: { ...given } as Filters, sort: question.sort };
      const types = key.map(([, type]) => type);
      const after = cursor === undefined ? null : decodeCursor(scope, types, cursor);
      if (isRefusal(after)) return after;
      const rows = await read(question, after, limit + 1);
      const data = rows.slice(0, limit);
      return { data, next: rows.length > limit ? encodeCursor(scope, keyOf(data.at(-1)!)) : null };
    },
    all(tenant, given, { sort } = {}) {
      const question = asked(tenant, given, sort);
      return isRefusal(question) ? question : everything(question);
    },
  };
}

type Key = readonly string[] | null;

function badLimit(): QueryRefusal {
  return { refused: 'bad-limit', parameter: 'limit', detail: `It is a whole number from 1 to ${LIMIT_MAX}` };
}

function badSort(sorts: readonly string[]): QueryRefusal {
  return { refused: 'bad-sort', parameter: 'sort', detail: `It is one of ${sorts.join(', ')}` };
}
