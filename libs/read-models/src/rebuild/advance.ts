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
  const { database, scope, source, sizes = FILL_SIZES[database.kind], signal } = advancing;
  const shared = newPace();
  const pace = paceOver(shared);
  const other = inSchema(database, OTHER_SCHEMA);
  const filling = { database: other, scope, source, sizes, guard: createGuard(pace, advancing) };
  const threadWork = threadWorkOf({ ...advancing, sizes, pace: shared });
  let failure: { readonly error: unknown } | undefined;

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

  async function fillInThreads(work: ThreadWork, stretches: Stretch[]): Promise<void> {
    await atOnce(Math.min(THREADS, stretches.length), async () => {
      const thread = startFillingThread(work);
      await fillSome(stretches, thread.fill);
      await thread.end();
    });
  }

  const fillHere = (stretches: Stretch[]): Promise<void> =>
    atOnce(PARTITIONS_AT_ONCE[database.kind], () =>
      fillSome(stretches, (stretch) => fillPartition(filling, ...stretch)),
    );

  async function atOnce(count: number, some: () => Promise<void>): Promise<void> {
    await Promise.all(Array.from({ length: count }, some));
    signal?.throwIfAborted();
    if (failure !== undefined) throw failure.error;
  }

  async function fill(live: ReadonlyMap<number, StoredCursor>): Promise<void> {
    if (threadWork === undefined) return fillHere([...live]);
    const filled = await readCursors(other);
    const isLong = ([partition, until]: Stretch): boolean =>
      until.inbound - (filled.get(partition)?.inbound ?? 0) >= sizes.threadEntries;
    await fillInThreads(threadWork, [...live].filter(isLong));
    await fillHere([...live].filter((stretch) => !isLong(stretch)));
  }

  return async (live) => {
    failure = undefined;
    pace.goOn();
    signal?.throwIfAborted();
    signal?.addEventListener('abort', pace.stop);
    try {
      await fill(live);
    } finally {
      signal?.removeEventListener('abort', pace.stop);
    }
  };
}

/** undefined: log or database can be open in one thread only. */
function threadWorkOf({ url, source, scope, sizes, owner, state, pace }: ThreadWorkParts): ThreadWork | undefined {
  const { opener } = source;
  return url === undefined || opener === undefined ? undefined : { url, opener, scope, sizes, owner, state, pace };
}

type ThreadWorkParts = Omit<Advancing, 'sizes'> & Pick<ThreadWork, 'sizes' | 'pace'>;

/** Fewer entries than this are left for the moment in which nobody may project. */
const LEFT_MAX = 1_000;

/** So near to the live tables that the rest takes no time to speak of. */
export async function advanceNearly(database: Database, advance: Advance): Promise<void> {
  const other = inSchema(database, OTHER_SCHEMA);
  do await advance(await readCursors(database));
  while ((await leftOf(database, other)) > LEFT_MAX);
}
