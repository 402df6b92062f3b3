import type { Database, Parameter, Statement } from '../database/database.js';
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

/** What a list is made of. The SQL of a question is put together from these texts; values are parameters of it. */
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

export interface Asked {
  readonly tenant: string;
  readonly values: ReadonlyMap<string, FilterValue>;
  /** The key of the last row that was there before; null: from the beginning. */
  readonly after: readonly string[] | null;
  readonly limit: number;
}

/**
 * Only what is asked for stands in it. "Not asked for, or equal" would be one text for all questions, but the database would not
 * turn a subquery within it round: it would look at every row of the list instead of the few that the subquery gives.
 */
export function listSql<Row>(
  spec: ListSpec<Row>,
  order: Order<Row>,
  { tenant, values, after, limit }: Asked,
): Statement {
  const parameters: Parameter[] = [tenant];
  const bound = (value: Parameter, type: string): string => `$${parameters.push(value)}::${type}`;
  const conditions = [...values].map(([name, value]) => conditionOf(spec.filters[name]!, value, bound));
  const { key, direction, only } = order;
  const columns = key.map(([column]) => column);
  const past = `(${columns.join(', ')}) ${direction === 'ASC' ? '>' : '<'}`;
  const isLater = after === null ? [] : [`${past} (${key.map(([, type], at) => bound(after[at]!, type)).join(', ')})`];
  const where = [`${spec.tenant} = $1`, ...(only === undefined ? [] : [only]), ...conditions, ...isLater];
  const sql = [
    selectOf(spec.fields),
    `FROM ${spec.from}`,
    `WHERE ${where.join('\n  AND ')}`,
    `ORDER BY ${columns.map((column) => `${column} ${direction}`).join(', ')}`,
    `LIMIT ${bound(limit, 'integer')}`,
  ].join('\n');
  return { sql, parameters };
}

function conditionOf(
  { type, condition }: Filter,
  value: FilterValue,
  bound: (value: Parameter, type: string) => string,
): string {
  if (typeof condition !== 'string') return condition[String(value)]!;
  const n = bound(value, type);
  return condition.replaceAll('$n', () => n);
}

/** A question that can be answered. */
interface Question<Row> extends Pick<Asked, 'tenant' | 'values'> {
  readonly order: Order<Row>;
  readonly sort: string;
}

export function createList<Row, Given extends object>(database: Database, spec: ListSpec<Row>): List<Row, Given> {
  const nullable = new Set(spec.nullable ?? []);
  const sorts = Object.keys(spec.orders);

  function asked(tenant: string, given: Given | undefined, sort = sorts[0]!): Question<Row> | QueryRefusal {
    if (!sorts.includes(sort)) return badSort(sorts);
    const values = filterValues(spec.filters, { ...given } as Filters);
    if (isRefusal(values)) return values;
    return { tenant, values, order: spec.orders[sort]!, sort };
  }

  async function read({ tenant, values, order }: Question<Row>, after: Asked['after'], limit: number) {
    const { sql, parameters } = listSql(spec, order, { tenant, values, after, limit });
    const rows = await database.query<Record<string, unknown>>(sql, parameters);
    return rows.map((row) => jsonRow(row, nullable) as Row);
  }

  async function* everything(question: Question<Row>): AsyncGenerator<Row> {
    let after: Asked['after'] = null;
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

function badLimit(): QueryRefusal {
  return { refused: 'bad-limit', parameter: 'limit', detail: `It is a whole number from 1 to ${LIMIT_MAX}` };
}

function badSort(sorts: readonly string[]): QueryRefusal {
  return { refused: 'bad-sort', parameter: 'sort', detail: `It is one of ${sorts.join(', ')}` };
}
