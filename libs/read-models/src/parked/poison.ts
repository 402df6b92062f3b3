import { codeOf, driverErrorOf } from '../database/failure.js';

/** A projection failed at an entry, and would fail at it again: it depends on the log alone. */
export class Unprojectable extends Error {
  constructor(cause: unknown) {
    super('A projection failed', { cause });
    this.name = new.target.name;
  }
}

/** Runs what has to be a function of the log. Only what it throws itself is its fault. */
export function projecting<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new Unprojectable(error);
  }
}

/**
 * Postgres error codes (appendix A of its manual) that are about the values of a statement: cardinality, data, constraints, and
 * limits of what a row can hold. Whatever else fails is about the database, and would park every thread.
 */
const OF_VALUES = /^(21|22|23|54)/;

/** Whether an error is about what was projected, and not about the moment, the connection or the schema. */
export function isPoison(error: unknown): boolean {
  return error instanceof Unprojectable || (codeOf(error) !== undefined && OF_VALUES.test(codeOf(error)!));
}

/**
 * What an operator has to know, and nothing that anybody wrote (invariant TEXT-FREE): no message, because messages quote values.
 */
export function causeOf(error: unknown): string {
  if (error instanceof Unprojectable) return `${nameOf(error.cause)}${placeOf(error.cause)}`;
  const { table, column, constraint } = driverErrorOf(error);
  const about = [table, column, constraint].filter((name) => typeof name === 'string').join(' ');
  return `The database refused the row: ${codeOf(error) ?? 'no code'}${about === '' ? '' : ` (${about})`}`;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Something that is no Error';
}

/** The first line of ours in the stack: a file name and a line. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const place = /\bprojections?[/\\]([\w-]+\.[jt]s:\d+)/.exec(stack)?.[1];
  return place === undefined ? '' : ` in ${place}`;
}
