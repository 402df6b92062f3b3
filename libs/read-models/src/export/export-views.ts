import type { Database, RawRow, Session } from '../database/database.js';
import { ReadModelsError, codeOf } from '../database/failure.js';
import { TABLES_SCHEMA } from '../migrations/schema.js';
import { POSITIONS_SQL } from '../projection/cursors.js';
import type { Gate } from '../rebuild/gate.js';
import { heldTransaction } from './held-transaction.js';
import { type ExportedView, exportedViews, nameOf, rowsSql } from './views.js';

/*
 * An export is of one moment: the rows of all views are those of the same position.
 *
 * On a server it is one REPEATABLE READ transaction. The views are locked before its snapshot is taken: a rebuild that
 * exchanged a table in between would leave the snapshot with one whose rows are newer than itself.
 *
 * The embedded database is one session, which a long transaction would take from everybody. There, cursors WITH HOLD copy the
 * answers into temporary files, one view after the other, while the gate holds the projector up and queries pass in between;
 * then rows are fetched from the copies, and everything goes on.
 */

export interface ExportOptions {
  /** Only these; default: all. */
  readonly views?: readonly string[] | undefined;
  /** Only its rows; default: those of all tenants. */
  readonly tenant?: string | undefined;
}

/** What an export says, in this order: `Beginning`, then `{view}` and any number of `{rows}` for each view, then `{end}`. */
export type ExportPart =
  ExportBeginning | { readonly view: string } | { readonly rows: readonly RawRow[] } | { readonly end: true };

export interface ExportBeginning {
  /** Positions of all partitions as in `Offramp-Position`; null where the user of the connection may not know them. */
  readonly position: string | null;
  /** Of the snapshot, RFC 3339. */
  readonly at: string;
  readonly views: readonly ExportedView[];
}

/** Somebody asked for a view that is not there. */
export class NoSuchView extends Error {
  constructor(view: string, views: readonly string[]) {
    super(`There is no view ${view}; there are ${views.join(', ')}`);
    this.name = 'NoSuchView';
  }
}

export type ExportViews = (options?: ExportOptions) => AsyncGenerator<ExportPart, void>;

/** No export begins where the gate is missing and the database embedded: somebody has to hold the projector up. */
export function createExportViews(database: Database, gate?: Gate): ExportViews {
  return async function* exportViews({ views: names, tenant } = {}) {
    const views = chosen(await exportedViews(database), names);
    const snapshot = gate === undefined || database.kind === 'server' ? onServer(database) : embedded(database, gate);
    const { position, at, rows, close } = await snapshot(views, tenant);
    try {
      yield { position, at, views };
      for (const view of views) {
        yield { view: view.view };
        for await (const some of rows(view)) yield { rows: some };
      }
      yield { end: true };
    } finally {
      await close();
    }
  };
}

function chosen(views: readonly ExportedView[], names?: readonly string[]): readonly ExportedView[] {
  if (views.length === 0) throw new ReadModelsError('There are no read models in this database', false);
  const missing = names?.find((name) => !views.some(({ view }) => view === name));
  if (missing !== undefined) {
    throw new NoSuchView(
      missing,
      views.map(({ view }) => view),
    );
  }
  return names === undefined ? views : views.filter(({ view }) => names.includes(view));
}

interface Snapshot {
  readonly position: string | null;
  readonly at: string;
  rows(view: ExportedView): AsyncIterable<readonly RawRow[]>;
  close(): Promise<void>;
}

type TakeSnapshot = (views: readonly ExportedView[], tenant?: string) => Promise<Snapshot>;

/** How long whoever reads an export may stand still before the server takes the snapshot away from it. */
const STANDSTILL = '10min';
/** Of one FETCH; the first one of a view may have to count everything. */
const STATEMENT = '10min';

function onServer(database: Database): TakeSnapshot {
  return async (views, tenant) => {
    const { session, close } = await heldTransaction(database);
    try {
      await session.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      await session.run(`SET LOCAL idle_in_transaction_session_timeout = '${STANDSTILL}'`);
      await session.run(`SET LOCAL statement_timeout = '${STATEMENT}'`);
      await session.run(`LOCK TABLE ${views.map(nameOf).join(', ')} IN ACCESS SHARE MODE`);
      return {
        ...(await moment(session)),
        rows: (view) => cursorRows(session, { view, tenant }),
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  };
}

async function* cursorRows(session: Session, of: { view: ExportedView; tenant?: string | undefined }) {
  await session.run(`DECLARE exported NO SCROLL CURSOR FOR ${rowsSql(of.view, of.tenant)}`);
  yield* fetched(session, 'exported');
  await session.run('CLOSE exported');
}

/** Exports of this process so far: each has cursors of its own. */
let exports = 0;

function embedded(database: Database, gate: Gate): TakeSnapshot {
  return async (views, tenant) => {
    const prefix = `exported_${++exports}`;
    const cursors = new Map(views.map((view, at) => [view, `${prefix}_${at}`]));
    const close = async () => {
      for (const cursor of cursors.values()) await database.run(`CLOSE ${cursor}`).catch(ignoreMissing);
    };
    try {
      const taken = await gate.hold(async () => {
        for (const [view, cursor] of cursors) {
          await database.run(`DECLARE ${cursor} NO SCROLL CURSOR WITH HOLD FOR ${rowsSql(view, tenant)}`);
        }
        return moment(database);
      });
      return { ...taken, rows: (view) => copied(database, cursors.get(view)!), close };
    } catch (error) {
      await close();
      throw error;
    }
  };
}

/** invalid_cursor_name: the session that had it is gone. */
const NO_CURSOR = '34000';

async function* copied(database: Database, cursor: string): AsyncGenerator<readonly RawRow[]> {
  try {
    yield* fetched(database, cursor);
  } catch (error) {
    if (codeOf(error) !== NO_CURSOR) throw error;
    throw new ReadModelsError('The database was opened anew during the export; begin it again', true, { cause: error });
  }
}

/** Cursors that were never made, or are gone with their session, need no closing. */
function ignoreMissing(): void {}

export const MOMENT_SQL = `
SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
  coalesce(has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'), false) AS "mayKnow"
FROM (SELECT 1) one LEFT JOIN pg_namespace n ON n.nspname = '${TABLES_SCHEMA}'
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'cursors'`;

async function moment(session: Session): Promise<{ at: string; position: string | null }> {
  const [row] = await session.query<{ at: string; mayKnow: boolean }>(MOMENT_SQL);
  const { at, mayKnow } = row!;
  if (!mayKnow) return { at, position: null };
  const cursors = await session.raw(POSITIONS_SQL);
  return { at, position: cursors.map(([partition, next]) => `${partition}:${Number(next) - 1}`).join(',') };
}

/** Before it is known how long rows are, it is one. */
const ROWS_FIRST = 1;
const ROWS_MAX = 1_000;
/** About as much as is fetched at once. Rows of an export are few kilobytes; a longer one comes alone. */
const CHARACTERS_AT_ONCE = 256 * 1024;

async function* fetched(session: Session, cursor: string): AsyncGenerator<readonly RawRow[]> {
  let longest = 1;
  for (let next = ROWS_FIRST; ;) {
    const rows = await session.raw(`FETCH ${next} FROM ${cursor}`);
    if (rows.length > 0) yield rows;
    if (rows.length < next) return;
    longest = rows.reduce((most, row) => Math.max(most, lengthOf(row)), longest);
    next = Math.max(1, Math.min(next * 8, ROWS_MAX, Math.floor(CHARACTERS_AT_ONCE / longest)));
  }
}

function lengthOf(row: RawRow): number {
  return row.reduce((sum, value) => sum + (value?.length ?? 0), 0);
}
