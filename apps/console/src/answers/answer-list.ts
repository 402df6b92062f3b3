import type { Readable } from 'node:stream';
import { type List, type Page, type PageOptions, type QueryRefusal, isRefusal } from '@offramp/read-models';
import { z } from 'zod';
import { type Http, JSON_TYPE, LIST_TYPES, chooseType } from './media-types.js';
import { invalidQuery, parseQuery, refused } from './parse-query.js';
import { rowStream } from './row-stream.js';

/** Rows that are asked for page by page, or all at once; a `List` of the read models, bound to a tenant and to filters. */
export interface Listed<Row> {
  readonly columns: readonly string[];
  page(options: PageOptions): Promise<Page<Row> | QueryRefusal>;
  all(options: Pick<PageOptions, 'sort'>): AsyncIterable<Row> | QueryRefusal;
}

/** What every list takes beside its filters. */
export const pagingShape = {
  cursor: z.string().optional().describe('`next` of the page before; it belongs to the same list and filters'),
  limit: z
    .string()
    .regex(/^\d{1,9}$/, 'It is a whole number from 1 to 1000')
    .transform(Number)
    .pipe(z.int().min(1, 'It is at least 1').max(1000, 'It is at most 1000'))
    .optional()
    .describe('Rows of a page, 1 to 1000; default 50'),
};

/** What a list takes that comes in more than one order. */
export function sortShape(sorts: readonly string[]) {
  const described = `The order, by a field; with - the greatest first. Default: ${sorts[0]}`;
  return {
    sort: z
      .enum(sorts as [string, ...string[]], `It is one of ${sorts.join(', ')}`)
      .optional()
      .describe(described),
  };
}

/** The position that the read models have to have reached. It is waited for before the query is looked at. */
export const afterShape = {
  after: z
    .string()
    .optional()
    .describe('A position, or several with commas: waits up to 5 s until the read models are that far'),
};

type Paged = z.ZodObject<typeof pagingShape & typeof afterShape & ReturnType<typeof sortShape>>;

export interface Asked<Filters> {
  readonly filters: Filters;
  readonly paging: PageOptions;
}

export interface ListQuery<Filters> {
  readonly schema: z.ZodObject;
  /** Throws Problem `invalid-query`. */
  parse(query: unknown): Asked<Filters>;
}

/** The query string of a list: its filters, its orders where there are several, and what every list takes. */
export function listQuery<Shape extends z.ZodRawShape>(
  shape: Shape,
  sorts: readonly string[] = [],
): ListQuery<z.output<z.ZodObject<Shape>>> {
  const sort = sorts.length === 0 ? {} : sortShape(sorts);
  const schema = z.strictObject({ ...shape, ...sort, ...pagingShape, ...afterShape });
  return {
    schema,
    parse(query) {
      const { cursor, limit, sort: order, after: _after, ...filters } = parseQuery(schema as unknown as Paged, query);
      return { filters: filters as z.output<z.ZodObject<Shape>>, paging: { cursor, limit, sort: order } };
    },
  };
}

/** A list of the read models for one tenant and what was asked for. */
export function bound<Row, Given>(list: List<Row, Given>, tenant: string, filters: Given): Listed<Row> {
  return {
    columns: list.columns,
    page: (options) => list.page(tenant, filters, options),
    all: (options) => list.all(tenant, filters, options),
  };
}

/**
 * Answers a list: a page as JSON, or all rows as CSV or lines of JSON, by what is accepted. Throws Problem `invalid-query`,
 * `not-acceptable`.
 */
export async function answerList<Row extends object>(
  http: Http,
  { columns, page, all }: Listed<Row>,
  paging: PageOptions,
): Promise<Page<Row> | Readable> {
  const type = chooseType(http, LIST_TYPES);
  if (type === JSON_TYPE) return known(await page(paging));
  refusePaging(paging);
  return rowStream(known(all({ sort: paging.sort })), { type, columns });
}

function known<Answer extends object>(answer: Answer | QueryRefusal): Answer {
  if (isRefusal(answer)) throw refused(answer);
  return answer;
}

/** Part of the rows in a file looks like all of them. */
function refusePaging({ cursor, limit }: PageOptions): void {
  const given = Object.entries({ cursor, limit }).filter(([, value]) => value !== undefined);
  if (given.length === 0) return;
  throw invalidQuery(
    given.map(([parameter]) => ({ parameter, detail: 'All rows are answered here; there are no pages' })),
  );
}
