import { afterPrefix, atOf, prefixOf, untilOf } from './fact-codec.js';
import type { FactsDatabase } from './facts-database.js';

/*
 * Deletes only what uncovers nothing: a version goes when it and all before it are expired. The versions of a thing are
 * walked oldest first, and the first that has to stay keeps all that follow.
 */

/** A call looks at this many facts for each one that it may delete, and the next call goes on from there. */
const VISITS_PER_DELETION = 2;
const VISITS_MIN = 1000;

export interface SweepLimits {
  /** Partition time, ms since 1970. */
  readonly time: number;
  /** Only facts from before this offset. */
  readonly below: number;
  readonly limit: number;
}

/** Walks round and round through the facts of a partition, a part at each call. */
export class Sweeper {
  private position: Buffer = FIRST;

  constructor(private readonly database: FactsDatabase) {}

  /** The keys that may be deleted now, at most `limit`. A store of no more facts than one call visits is done whole. */
  next(limits: SweepLimits): Buffer[] {
    const walk: Walk = { ...limits, visits: Math.max(VISITS_MIN, limits.limit * VISITS_PER_DELETION), found: [] };
    const origin = this.position;
    if (this.walkTo(walk, undefined)) {
      this.position = FIRST;
      if (this.walkTo(walk, origin)) this.position = origin;
    }
    return walk.found;
  }

  /** Answers whether it came to the end. */
  private walkTo(walk: Walk, end: Buffer | undefined): boolean {
    for (;;) {
      const kept = this.walkUntilKept(walk, end);
      if (kept === 'end') return true;
      if (kept === 'enough') return false;
      this.position = afterPrefix(kept);
    }
  }

  /** Returns the prefix of the thing whose next version has to stay. */
  private walkUntilKept(walk: Walk, end: Buffer | undefined): Buffer | 'end' | 'enough' {
    let kept: Buffer | undefined;
    for (const { key, value } of this.database.getRange({
      start: this.position,
      ...(end === undefined ? {} : { end }),
    })) {
      const prefix = prefixOf(key);
      if (kept?.equals(prefix)) return kept;
      // A thing is always begun at its oldest version, or the next call would not know that an older one stays.
      if (walk.visits <= 0 || walk.found.length >= walk.limit) {
        this.position = prefix;
        return 'enough';
      }
      walk.visits--;
      if (mayGo(key, value, walk)) walk.found.push(key);
      else kept = prefix;
    }
    return 'end';
  }
}

const FIRST = Buffer.of(0);

interface Walk extends SweepLimits {
  visits: number;
  readonly found: Buffer[];
}

function mayGo(key: Buffer, value: Buffer, { time, below }: SweepLimits): boolean {
  return untilOf(value) <= time && atOf(key) < below;
}
