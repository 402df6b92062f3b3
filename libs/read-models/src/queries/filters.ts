import { DECISION_TYPES, STAGES } from '@offramp/events';
import type { QueryRefusal } from './refusal.js';

export type FilterValue = string | boolean;
export type Filters = Readonly<Record<string, FilterValue | undefined>>;

/** How one filter is checked and written. */
export interface Filter {
  readonly type: 'text' | 'boolean' | 'timestamptz';
  /** With `$n` for the value; or one for each value that there is, so that the database sees which one was meant. */
  readonly condition: string | Readonly<Record<string, string>>;
  /** The values that there are, where they are a fixed set. */
  readonly oneOf?: readonly string[];
  /** The list is of one such thing; without it, its order would be none. */
  readonly required?: true;
}

export const byText = (column: string): Filter => ({ type: 'text', condition: `${column} = $n` });
export const byOne = (column: string): Filter => ({ ...byText(column), required: true });
export const byStage = (column: string): Filter => ({ ...byText(column), oneOf: STAGES });
export const byType = (column: string): Filter => ({ ...byText(column), oneOf: Object.keys(DECISION_TYPES) });
export const byOutcome = (column: string): Filter => ({ ...byText(column), oneOf: ['upheld', 'overturned'] });
export const byFlag = (column: string): Filter => ({ type: 'boolean', condition: `${column} = $n` });
export const byRating = (column: string): Filter => ({ ...byText(column), oneOf: ['up', 'down'] });
export const since = (column: string): Filter => ({ type: 'timestamptz', condition: `${column} >= $n` });
export const before = (column: string): Filter => ({ type: 'timestamptz', condition: `${column} < $n` });
/** Whether a time is still to come. */
export const byFuture = (column: string): Filter =>
  byEither({ true: `${column} > now()`, false: `(${column} IS NULL OR ${column} <= now())` });
export const byEither = (condition: { readonly true: string; readonly false: string }): Filter => ({
  type: 'boolean',
  condition,
});

/** Whether there is feedback that counts, or some of a rating. The first half is the condition of a partial index. */
export function byThumbs(up: string, down: string): Filter {
  const any = `${up} + ${down} > 0`;
  const condition = {
    ...{ true: any, false: `${up} + ${down} = 0` },
    ...{ up: `${any} AND ${up} > 0`, down: `${any} AND ${down} > 0` },
  };
  return { type: 'text', condition, oneOf: THUMBS };
}

/** What a filter by feedback takes: whether there is any, or the rating that there is. */
export const THUMBS = ['true', 'false', 'up', 'down'] as const;

/** What is asked for, in the order of the filters, by name. */
export function filterValues(
  filters: Readonly<Record<string, Filter>>,
  given: Filters,
): ReadonlyMap<string, FilterValue> | QueryRefusal {
  for (const name of Object.keys(given)) {
    if (given[name] !== undefined && !Object.hasOwn(filters, name)) {
      return badFilter(name, `There is no such filter. There are: ${Object.keys(filters).join(', ')}`);
    }
  }
  const values = new Map<string, FilterValue>();
  for (const [name, filter] of Object.entries(filters)) {
    const value = given[name];
    const wrong = value === undefined ? missing(filter) : wrongWith(filter, value);
    if (wrong !== undefined) return badFilter(name, wrong);
    if (value !== undefined) values.set(name, filter.type === 'timestamptz' ? timeOf(String(value))! : value);
  }
  return values;
}

function missing({ required }: Filter): string | undefined {
  return required === true ? 'It is needed' : undefined;
}

function wrongWith({ type, oneOf }: Filter, value: FilterValue): string | undefined {
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'It is true or false';
  if (typeof value !== 'string' || !isStorable(value)) return 'It is a text without control characters';
  if (type === 'timestamptz' && timeOf(value) === undefined) return 'It is a time, RFC 3339';
  return oneOf === undefined || oneOf.includes(value) ? undefined : `It is one of ${oneOf.join(', ')}`;
}

const RFC_3339 = /^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d))?$/;

/** A time as Postgres takes it, or undefined. A date alone is its midnight in UTC. */
export function timeOf(text: string): string | undefined {
  const ms = RFC_3339.test(text) && isOfCalendar(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms)) return undefined;
  const year = new Date(ms).getUTCFullYear();
  return year >= 1 && year <= 9999 ? new Date(ms).toISOString() : undefined;
}

/** Date.parse takes the 30th of February for the 2nd of March, and 24:00 for the next day. */
function isOfCalendar(text: string): boolean {
  const day = text.slice(0, '2026-11-23'.length);
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day) && !/^.{11}24/.test(text);
}

/** Postgres takes no NUL, and ids have no control characters at all. */
export function isStorable(text: string): boolean {
  return !/\p{Cc}/u.test(text);
}

function badFilter(parameter: string, detail: string): QueryRefusal {
  return { refused: 'bad-filter', parameter, detail };
}
