import type { Database } from '../database/database.js';
import type { ComparedTable } from './compare.js';
import { needOf } from './need.js';
import { type RebuildState, readCursors, readRebuild } from './rebuild-row.js';

/** Where a rebuild is. Times are RFC 3339. */
export interface RebuildStatus {
  readonly state: RebuildState | 'none';
  /** Projections that an older version than this program's has filled, or none. */
  readonly outdated: readonly string[];
  /** What is to be done about them, in words. */
  readonly needed?: string;
  readonly projection?: string | null;
  readonly startedAt?: string;
  readonly updatedAt?: string;
  /** Folded by this rebuild. */
  readonly events?: number;
  /** Positions of the log that the live tables have and the other ones lack. */
  readonly left?: number;
  /** Events a second, of whoever worked on it last; null before the first step. */
  readonly rate?: number | null;
  /** At that rate; null where it is not known. */
  readonly etaMs?: number | null;
  /** Once compared. */
  readonly equal?: boolean;
  readonly tables?: readonly ComparedTable[];
}

export async function statusOf(database: Database, other: Database): Promise<RebuildStatus> {
  const { outdated, words } = await needOf(database);
  const need = { outdated, ...(words !== undefined && { needed: words }) };
  const row = await readRebuild(database);
  if (row === undefined) return { state: 'none', ...need };
  const left = await leftOf(database, other);
  const { state, projection, startedAt, updatedAt, events, rate, report } = row;
  return {
    state,
    ...need,
    projection,
    startedAt: startedAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    events,
    left,
    rate: rate === null ? null : Math.round(rate),
    etaMs: rate === null || rate === 0 ? null : Math.round((left * 1000) / rate),
    ...(report !== null && { equal: report.every(({ equal }) => equal), tables: report }),
  };
}

/** Positions that the live tables have and the other ones lack. */
export async function leftOf(database: Database, other: Database): Promise<number> {
  const [live, built] = [await readCursors(database), await readCursors(other)];
  return [...live].reduce((sum, [partition, { inbound }]) => sum + inbound - (built.get(partition)?.inbound ?? 0), 0);
}
