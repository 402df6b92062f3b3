import type { Fact, FactKind } from '@offramp/ladder';

/** Things whose latest versions are kept; about 1 kB each with their facts. */
export const CACHED_SERIES_MAX = 16_384;
/** Look-ups ask for the newest versions, so older ones are read from the disk. */
export const CACHED_VERSIONS_MAX = 8;

/** The newest versions of one (kind, scope, name), oldest first, without a gap. */
export interface Tail {
  versions: Fact[];
  /** There is none before the first of them. */
  complete: boolean;
}

/** The tails of what was looked up lately, also where there is nothing. The least recently used make room. */
export class FactCache {
  private readonly tails = new Map<string, Tail>();

  get(kind: FactKind, scope: string, name: string): Tail | undefined {
    const id = idOf(kind, scope, name);
    const tail = this.tails.get(id);
    if (tail === undefined) return undefined;
    this.tails.delete(id);
    this.tails.set(id, tail);
    return tail;
  }

  set(kind: FactKind, scope: string, name: string, tail: Tail): void {
    this.tails.set(idOf(kind, scope, name), tail);
    if (this.tails.size <= CACHED_SERIES_MAX) return;
    for (const oldest of this.tails.keys()) {
      this.tails.delete(oldest);
      return;
    }
  }

  /** A fact became durable. One that was there already is replaced by itself. */
  add(fact: Fact): void {
    const tail = this.tails.get(idOf(fact.kind, fact.scope, fact.name));
    if (tail === undefined) return;
    const { versions } = tail;
    let index = versions.length;
    while (index > 0 && versions[index - 1]!.at >= fact.at) index--;
    if (versions[index]?.at === fact.at) versions[index] = fact;
    // Before an incomplete tail there may be others in between.
    else if (index > 0 || tail.complete) versions.splice(index, 0, fact);
    if (versions.length <= CACHED_VERSIONS_MAX) return;
    versions.splice(0, versions.length - CACHED_VERSIONS_MAX);
    tail.complete = false;
  }

  clear(): void {
    this.tails.clear();
  }
}

/** The length keeps scope and name apart, whatever characters they have. */
function idOf(kind: FactKind, scope: string, name: string): string {
  return `${kind}${scope.length}:${scope}${name}`;
}
