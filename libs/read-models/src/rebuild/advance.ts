import { availableParallelism } from 'node:os';
import type { Database } from '../database/database.js';
import { inSchema } from '../database/in-schema.js';
import { OTHER_SCHEMA } from '../migrations/schema.js';
import type { StoredCursor } from '../projection/cursors.js';
import type { ProjectionScope } from '../projections/scope.js';
import { FILL_SIZES, type FillSizes, fillPartition } from './fill.js';
import { type Stretch, type ThreadWork, startFillingThread } from './filling-thread.js';
import { type Working, createGuard, newPace, paceOver } from './pace.js';
import { readCursors } from './rebuild-row.js';
import type { RebuildSource } from './source.js';
import { leftOf } from './status.js';

/** It goes on as long as the rebuild is in this state and has this owner. */
export interface Advancing extends Working {
  readonly database: Database;
  /** Of the database, where it is a server: threads open it, too. */
  readonly url?: string | undefined;
  readonly scope: ProjectionScope;
  readonly source: RebuildSource;
  readonly sizes?: FillSizes | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Brings the other set of tables to positions of the live one. */
export type Advance = (live: ReadonlyMap<number, StoredCursor>) => Promise<void>;

/** Partitions at a time in this thread: on a server one is read and written while another is folded. */
const PARTITIONS_AT_ONCE = { server: 2, embedded: 1 } as const;
/** Each has connections of its own, and the database as much to do. */
const THREADS = Math.min(Math.max(availableParallelism(), 2), 8);

export function createAdvance(advancing: Advancing): Advance {
  const { database, url, scope, source, sizes = FILL_SIZES[database.kind], signal } = advancing;
  const [shared, { owner, state }] = [newPace(), advancing];
  const pace = paceOver(shared);
  const guard = createGuard(pace, advancing);
  if (signal?.aborted === true) pace.stop();
  signal?.addEventListener('abort', pace.stop, { once: true });
  const other = inSchema(database, OTHER_SCHEMA);
  const filling = { database: other, scope, source, sizes, guard };
  const { opener } = source;
  const threadWork =
    url === undefined || opener === undefined ? undefined : { url, opener, scope, sizes, owner, state, pace: shared };
  let failure: { readonly error: unknown } | undefined;

  const fillHere = (stretch: Stretch): Promise<void> => fillPartition(filling, ...stretch);

  /** Takes one stretch after the other, until somebody fails: then all end, before anybody is told. */
  async function fillSome(stretches: Stretch[], fill: (stretch: Stretch) => Promise<void>): Promise<void> {
    for (let next = stretches.shift(); next !== undefined && !pace.isStopped; next = stretches.shift()) {
      try {
        await fill(next);
      } catch (error) {
        failure ??= { error };
        pace.stop();
      }
    }
  }

  async function fillInThread(stretches: Stretch[], threadWork: ThreadWork): Promise<void> {
    const thread = startFillingThread(threadWork);
    await fillSome(stretches, thread.fill);
    await thread.end();
  }

  /** So many at a time. */
  async function atOnce(count: number, some: () => Promise<void>): Promise<void> {
    await Promise.all(Array.from({ length: count }, some));
    if (failure === undefined) return signal?.throwIfAborted();
    const { error } = failure;
    failure = undefined;
    if (signal?.aborted !== true) pace.goOn();
    throw error;
  }

  return async (live) => {
    const filled = await readCursors(other);
    const left = ([partition, until]: Stretch) => until.inbound - (filled.get(partition)?.inbound ?? 0);
    const [long, short]: [Stretch[], Stretch[]] = [[], []];
    for (const stretch of live) {
      if (threadWork !== undefined && left(stretch) >= sizes.threadEntries) long.push(stretch);
      else short.push(stretch);
    }
    if (threadWork !== undefined && long.length > 0) {
      await atOnce(Math.min(THREADS, long.length), () => fillInThread(long, threadWork));
    }
    await atOnce(PARTITIONS_AT_ONCE[database.kind], () => fillSome(short, fillHere));
  };
}

/** Fewer entries than this are left for the moment in which nobody may project. */
const LEFT_MAX = 1_000;

/** So near to the live tables that the rest takes no time to speak of. */
export async function advanceNearly(database: Database, advance: Advance): Promise<void> {
  const other = inSchema(database, OTHER_SCHEMA);
  do await advance(await readCursors(database));
  while ((await leftOf(database, other)) > LEFT_MAX);
}
