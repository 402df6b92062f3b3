import type { Database, Session, Table } from '../database/database.js';
import { ReadModelsError, codeOf } from '../database/failure.js';
import { VIEWS_SCHEMA } from '../migrations/schema.js';
import { ANALYST_ROLE, roleAdvice } from './analyst-role.js';
import { wrongWithStatement } from './statement-words.js';

export const SQL_ROWS_DEFAULT = 1_000;
export const SQL_ROWS_MAX = 100_000;
export const SQL_TIMEOUT_MS_DEFAULT = 10_000;
export const SQL_TIMEOUT_MS_MAX = 300_000;
/** Of the texts of an answer: it is in memory as a whole. */
const CHARACTERS_MAX = 64 * 1024 * 1024;
/** Rows that are fetched at once, at most. Before it is known how long rows are, it is one. */
const ROWS_AT_ONCE = 500;

export interface SqlBounds {
  /** 1 to 100,000; default 1,000. */
  readonly rowsMax?: number | undefined;
  /** 1 to 300,000; default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Ends the statement, on a server; `ask` then throws its reason. The embedded database cannot be interrupted. */
  readonly signal?: AbortSignal | undefined;
}

export interface SqlAnswer {
  readonly columns: readonly string[];
  /** Whole numbers and fractions that fit are numbers, JSON is parsed, times are RFC 3339 in UTC; all else is text. */
  readonly rows: readonly (readonly unknown[])[];
  /** There are more rows than were asked for, or than fit. */
  readonly truncated: boolean;
}

export interface SqlRefusal {
  readonly refused: 'statement' | 'timeout' | 'role';
  readonly detail: string;
}

/** One read-only statement over the views. */
export interface AnalystSql {
  ask(sql: string, bounds?: SqlBounds): Promise<SqlAnswer | SqlRefusal>;
}

/** Runs what may take for ever, or bring the database down, within a time that begins when the work says so. */
export type Expendable = <Result>(work: (begins: () => void) => Promise<Result>, timeoutMs: number) => Promise<Result>;

/**
 * A cursor takes exactly one statement that reads: DECLARE refuses everything else, data-modifying WITH and SELECT INTO
 * included, and the extended protocol takes no second statement. The role decides what it may read; the transaction is
 * rolled back, because some functions write in spite of READ ONLY (large objects, before Postgres 16).
 */
export function createAnalystSql(database: Database, expendable: Expendable): AnalystSql {
  return {
    async ask(sql, { rowsMax = SQL_ROWS_DEFAULT, timeoutMs = SQL_TIMEOUT_MS_DEFAULT, signal } = {}) {
      signal?.throwIfAborted();
      const wrong = wrongWithStatement(sql);
      if (wrong !== undefined) return { refused: 'statement', detail: wrong };
      const question = { sql, rowsMax, timeoutMs };
      try {
        return await expendable(
          (begins) =>
            database.transaction((session) =>
              cancelledBy(signal, { database, session }, () => rolledBack(session, { ...question, begins })),
            ),
          timeoutMs,
        );
      } catch (error) {
        signal?.throwIfAborted();
        return refusalOf(error, timeoutMs);
      }
    },
  };
}

interface Connected {
  /** From which another connection is taken to cancel what `session` runs. */
  readonly database: Database;
  readonly session: Session;
}

async function cancelledBy<Result>(
  signal: AbortSignal | undefined,
  { database, session }: Connected,
  work: () => Promise<Result>,
): Promise<Result> {
  if (signal === undefined || database.kind === 'embedded') return work();
  const [backend] = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  // Where it cannot be cancelled, its time-out ends it.
  const cancel = () => void database.run('SELECT pg_cancel_backend($1)', [backend!.pid]).catch(() => undefined);
  signal.throwIfAborted();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

interface Question {
  readonly sql: string;
  readonly rowsMax: number;
  readonly begins: () => void;
  readonly timeoutMs: number;
}

/** Ended from within: what commits afterwards commits nothing. */
async function rolledBack(session: Session, question: Question): Promise<SqlAnswer | SqlRefusal> {
  const answered = await answer(session, question);
  await session.run('ROLLBACK');
  return answered;
}

async function answer(
  session: Session,
  { sql, rowsMax, timeoutMs, begins }: Question,
): Promise<SqlAnswer | SqlRefusal> {
  await session.run('SET TRANSACTION READ ONLY');
  const refusal = await becomeAnalyst(session);
  if (refusal !== undefined) return refusal;
  await session.run(`SET LOCAL search_path = ${VIEWS_SCHEMA}`);
  await session.run(`SET LOCAL statement_timeout = ${timeoutMs}`);
  begins();
  const until = Date.now() + timeoutMs;
  await session.table(`DECLARE asked NO SCROLL CURSOR FOR ${sql}`);
  const read: unknown[][] = [];
  let columns: readonly string[] = [];
  let size = { characters: 0, longest: 1 };
  for (let next = 1; ;) {
    const part: Table = await session.table(`FETCH ${next} FROM asked`);
    columns = part.columns;
    read.push(...part.rows);
    size = sizeWith(size, part);
    if (part.rows.length < next) return { columns, rows: read.slice(0, rowsMax), truncated: read.length > rowsMax };
    const left = CHARACTERS_MAX - size.characters;
    if (read.length > rowsMax || left <= 0) return { columns, rows: read.slice(0, rowsMax), truncated: true };
    if (Date.now() > until) return tooLong(timeoutMs);
    next = Math.max(1, Math.min(next * 2, ROWS_AT_ONCE, rowsMax + 1 - read.length, Math.floor(left / size.longest)));
  }
}

/** undefined: from here on, the session may do what analysts may. */
async function becomeAnalyst(session: Session): Promise<SqlRefusal | undefined> {
  const [who] = await session.query<{ user: string; isThere: boolean; may: boolean | null }>(
    `SELECT current_user AS user, r.oid IS NOT NULL AS "isThere", pg_has_role(current_user, r.oid, 'MEMBER') AS may
     FROM (SELECT 1) one LEFT JOIN pg_roles r ON r.rolname = '${ANALYST_ROLE}'`,
  );
  if (!who!.isThere || who!.may !== true) return { refused: 'role', detail: missingRole(who!.user) };
  await session.run(`SET LOCAL ROLE ${ANALYST_ROLE}`);
  return undefined;
}

function missingRole(user: string): string {
  const advice = roleAdvice(user);
  return `The user ${user} may not act as ${ANALYST_ROLE}, and may not create it. Have an administrator run: ${advice}`;
}

function sizeWith({ characters, longest }: { characters: number; longest: number }, { rows }: Table) {
  for (const row of rows) {
    const length = row.reduce<number>((sum, value) => sum + lengthOf(value), 0);
    characters += length;
    longest = Math.max(longest, length);
  }
  return { characters, longest };
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return typeof value === 'object' && value !== null ? JSON.stringify(value).length : 8;
}

/** query_canceled, and the error of a database that was ended because it went on for too long. */
const CANCELED = '57014';

function refusalOf(error: unknown, timeoutMs: number): SqlRefusal {
  if (error instanceof TookTooLong) return tooLong(timeoutMs);
  const code = codeOf(error);
  if (code === CANCELED) return tooLong(timeoutMs);
  // What the moment is to blame for is a failure; all else the database says is about the statement.
  if (!(error instanceof ReadModelsError) || error.retriable || code === undefined) throw error;
  return { refused: 'statement', detail: error.message };
}

function tooLong(timeoutMs: number): SqlRefusal {
  return {
    refused: 'timeout',
    detail: `It takes longer than ${timeoutMs / 1000} s. Ask for less, or give it more time`,
  };
}

/** Thrown by what runs the work where it had to end it. */
export class TookTooLong extends Error {}
