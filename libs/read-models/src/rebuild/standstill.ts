import type { Database, Session } from '../database/database.js';
import { codeOf } from '../database/failure.js';
import type { StoredCursor } from '../projection/cursors.js';
import { TABLES_SCHEMA } from '../migrations/schema.js';
import type { Gate } from './gate.js';
import { readCursors } from './rebuild-row.js';

/*
 * Two sets of tables can only be compared, or exchanged, at the same positions. On a server a lock on the cursors holds up all
 * projectors, of any process, for the moment that the other set needs for its last steps; rows are then compared in a snapshot,
 * while they go on. The embedded database is one session and has no snapshots to share: its one projector is held up by a gate
 * in this process, for as long as the comparison takes. Queries go on in both; embedded, between the statements of the
 * comparison, which read few rows each (`key-ranges.ts`).
 */

export interface Standstill {
  readonly database: Database;
  readonly gate: Gate;
  /** Brings the other set to these positions. */
  readonly advance: (live: ReadonlyMap<number, StoredCursor>) => Promise<void>;
}

/** Long enough for any batch that is being projected. */
const LOCK_MS_MAX = 10_000;

async function lockCursors(session: Session): Promise<ReadonlyMap<number, StoredCursor>> {
  await session.run(`SET LOCAL lock_timeout = ${LOCK_MS_MAX}`);
  await session.run(`LOCK TABLE ${TABLES_SCHEMA}.cursors IN EXCLUSIVE MODE`);
  return readCursors(session);
}

/** Gives `look` a view of both sets at the same positions. */
export function seenTogether<Result>(
  { database, gate, advance }: Standstill,
  look: (session: Session) => Promise<Result>,
): Promise<Result> {
  if (database.kind === 'embedded') {
    return gate.hold(async () => {
      await advance(await readCursors(database));
      return look(database);
    });
  }
  return database.transaction(async (snapshot) => {
    await database.transaction(async (locking) => {
      await advance(await lockCursors(locking));
      await snapshot.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      await snapshot.query('SELECT 1');
    });
    return look(snapshot);
  });
}

/** Gives `change` one transaction in which nobody else projects and both sets are at the same positions. */
export function changedTogether<Result>(
  { database, gate, advance }: Standstill,
  change: (session: Session) => Promise<Result>,
): Promise<Result> {
  if (database.kind === 'embedded') {
    return gate.hold(async () => {
      await advance(await readCursors(database));
      return database.transaction(change);
    });
  }
  return database.transaction(async (session) => {
    await advance(await lockCursors(session));
    return change(session);
  });
}

/** Somebody reads, in a transaction that takes long. */
export function isLocked(error: unknown): boolean {
  return ['55P03', '40P01'].includes(codeOf(error) ?? '');
}
