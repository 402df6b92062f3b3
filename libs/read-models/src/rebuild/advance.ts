import type { Database, Transaction } from '../database/database.js';
import { inSchema } from '../database/in-schema.js';
import { OTHER_SCHEMA } from '../migrations/schema.js';
import type { StoredCursor } from '../projection/cursors.js';
import type { ProjectionScope } from '../projections/scope.js';
import { type FillSizes, RebuildTaken, fillPartition } from './fill.js';
import { type RebuildState, readCursors } from './rebuild-row.js';
import { STEP_SQL } from './rebuild-sql.js';
import type { RebuildSource } from './source.js';
import { leftOf } from './status.js';

export interface Advancing {
  readonly database: Database;
  readonly scope: ProjectionScope;
  readonly source: RebuildSource;
  readonly sizes?: FillSizes | undefined;
  readonly owner: string;
  /** It goes on as long as the rebuild is in this state and has this owner. */
  readonly state: RebuildState;
  readonly signal?: AbortSignal | undefined;
}

/** Brings the other set of tables to positions of the live one. */
export type Advance = (live: ReadonlyMap<number, StoredCursor>) => Promise<void>;

/** Partitions at a time: on a server one is read and written while another is folded. */
const PARTITIONS_AT_ONCE = { server: 2, embedded: 1 } as const;

export function createAdvance({ database, scope, source, sizes, owner, state, signal }: Advancing): Advance {
  const started = Date.now();
  let events = 0;
  let failure: { readonly error: unknown } | undefined;
  const guard = async (session: Transaction, more: number): Promise<void> => {
    signal?.throwIfAborted();
    if (failure !== undefined) throw failure.error;
    events += more;
    const rate = more === 0 ? null : (events * 1000) / Math.max(1, Date.now() - started);
    if ((await session.run(STEP_SQL, [owner, state, more, rate])) !== 1) throw new RebuildTaken();
  };
  const filling = { database: inSchema(database, OTHER_SCHEMA), scope, source, sizes, guard };

  /** Each takes the next partition, until one of them fails: then all end, before anybody is told. */
  async function fillSome(partitions: [number, StoredCursor][]): Promise<void> {
    for (let next = partitions.shift(); next !== undefined; next = partitions.shift()) {
      try {
        await fillPartition(filling, ...next);
      } catch (error) {
        failure ??= { error };
        partitions.length = 0;
      }
    }
  }

  return async (live) => {
    const partitions = [...live];
    await Promise.all(Array.from({ length: PARTITIONS_AT_ONCE[database.kind] }, () => fillSome(partitions)));
    if (failure === undefined) return;
    const { error } = failure;
    failure = undefined;
    throw error;
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
