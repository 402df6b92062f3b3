import { isDeepStrictEqual } from 'node:util';
import { keyOf } from './events.mjs';
import { violation } from './history.mjs';

/*
 * VIEW: what the SQL views show is what the verifier's own fold came to, row by row and column by column.
 */

/** @typedef {import('./history.mjs').Violation} Violation */
/** @typedef {import('./view-fold.mjs').Row} Row */
/** @typedef {import('./view-fold.mjs').Tables} Tables */
/** @typedef {keyof Tables} ViewName */

/** What names a row of each view. @type {Readonly<Record<ViewName, readonly string[]>>} */
export const VIEW_KEYS = {
  threads: ['tenant', 'thread_id'],
  branches: ['tenant', 'thread_id', 'branch_id'],
  messages: ['tenant', 'thread_id', 'message_id'],
  decisions: ['tenant', 'decision_id'],
  feedback: ['tenant', 'thread_id', 'feedback_id'],
  reviews: ['tenant', 'thread_id', 'review_id'],
  guards: ['tenant', 'thread_id', 'position'],
};

/** Depends on when it is asked. */
const NOT_COMPARED = new Set(['guarded']);

/**
 * @param {Tables} expected
 * @param {Readonly<Record<ViewName, readonly Row[]>>} found
 * @returns {Violation[]}
 */
export function checkViews(expected, found) {
  return /** @type {ViewName[]} */ (Object.keys(VIEW_KEYS)).flatMap((view) => {
    const rows = view === 'branches' ? withGuards(expected) : expected[view];
    return compare(view, rows, found[view]);
  });
}

/** @param {ViewName} view @param {ReadonlyMap<string, Row>} expected @param {readonly Row[]} found @returns {Violation[]} */
function compare(view, expected, found) {
  const keys = VIEW_KEYS[view];
  const left = new Map(expected);
  /** @type {Violation[]} */
  const violations = [];
  for (const row of found) {
    const key = keyOf(...keys.map((column) => row[column]));
    const wanted = left.get(key);
    left.delete(key);
    if (wanted === undefined) {
      violations.push(violation('VIEW', String(row['position'] ?? '?'), `${view} ${key} is a row too many`));
      continue;
    }
    const wrong = Object.keys(row).filter((column) => {
      return !NOT_COMPARED.has(column) && !isDeepStrictEqual(comparable(row[column]), comparable(wanted[column]));
    });
    const says = wrong.map((column) => `${column} is ${text(row[column])} and not ${text(wanted[column])}`);
    if (wrong.length > 0) violations.push(violation('VIEW', placeOf(wanted), `${view} ${key}: ${says.join(', ')}`));
  }
  for (const [key, row] of left) violations.push(violation('VIEW', placeOf(row), `${view} ${key} is missing`));
  return violations;
}

/** A line shows the guard of its thread. @param {Tables} tables */
function withGuards({ branches, threads }) {
  return new Map(
    [...branches].map(([key, row]) => {
      const thread = threads.get(keyOf(row['tenant'], row['thread_id']));
      return [key, { ...row, guard_until: thread?.['guard_until'] }];
    }),
  );
}

/** @param {Row} row */
function placeOf(row) {
  return String(row['position'] ?? '?');
}

/** The database's forms and JSON's, as one: times as ms, big numbers as numbers, nothing as null. @param {unknown} value @returns {unknown} */
function comparable(value) {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*Z$/.test(value)) return Date.parse(value);
  if (typeof value === 'object') return JSON.parse(JSON.stringify(value));
  return value;
}

/** @param {unknown} value */
function text(value) {
  return JSON.stringify(value instanceof Date ? value.toISOString() : (value ?? null));
}
