import type { Fact, FactKind, Facts } from './facts.js';

/** Facts in memory: for replay, backtests and tests, and over a store for what one batch has written. */
export interface MemoryFacts extends Facts {
  /** A fact that is already there (same kind, scope, name and position) is replaced by itself. */
  add(fact: Fact): void;
  clear(): void;
  readonly size: number;
  all(): Fact[];
}

/** Versions of one (kind, scope, name), oldest first. */
type Versions = Fact[];

const NONE: readonly never[] = [];

export function createMemoryFacts(): MemoryFacts {
  const scopes = new Map<string, Map<string, Versions>>();
  let size = 0;

  function versionsOf(kind: FactKind, scope: string, name: string): Versions | undefined {
    return scopes.get(scope)?.get(`${kind} ${name}`);
  }

  return {
    get size() {
      return size;
    },
    knows: (scope) => size > 0 && scopes.has(scope),
    before(kind, scope, name, at) {
      const versions = versionsOf(kind, scope, name);
      const index = versions === undefined ? 0 : countBefore(versions, at);
      return index === 0 ? undefined : (versions![index - 1] as Fact<typeof kind>);
    },
    allBefore(kind, scope, name, at) {
      const versions = versionsOf(kind, scope, name);
      return versions === undefined ? NONE : (versions.slice(0, countBefore(versions, at)) as Fact<typeof kind>[]);
    },
    add(fact) {
      const names = getOrCreate(scopes, fact.scope, () => new Map<string, Versions>());
      const versions = getOrCreate(names, `${fact.kind} ${fact.name}`, (): Versions => []);
      const index = countBefore(versions, fact.at);
      const replaces = versions[index]?.at === fact.at;
      versions.splice(index, replaces ? 1 : 0, fact);
      if (!replaces) size++;
    },
    clear() {
      scopes.clear();
      size = 0;
    },
    all: () => [...scopes.values()].flatMap((names) => [...names.values()].flat()),
  };
}

/** What is in `written` over what is in `stored`; of both, the greatest position before the one asked for. */
export function overlay(written: Facts, stored: Facts): Facts {
  return {
    knows: (scope) => written.knows(scope) || stored.knows(scope),
    before(kind, scope, name, at) {
      const inner = stored.knows(scope) ? stored.before(kind, scope, name, at) : undefined;
      const outer = written.knows(scope) ? written.before(kind, scope, name, at) : undefined;
      if (inner === undefined) return outer;
      return outer === undefined || outer.at < inner.at ? inner : outer;
    },
    allBefore(kind, scope, name, at) {
      const inner = stored.knows(scope) ? stored.allBefore(kind, scope, name, at) : NONE;
      const outer = written.knows(scope) ? written.allBefore(kind, scope, name, at) : NONE;
      if (outer.length === 0) return inner;
      const rest = inner.filter((fact) => !outer.some((newer) => newer.at === fact.at));
      return [...rest, ...outer].sort((a, b) => a.at - b.at);
    },
  };
}

/** The number of versions before `at`. They are few, and the newest is asked for most, so this looks from the end. */
function countBefore(versions: Versions, at: number): number {
  let count = versions.length;
  while (count > 0 && versions[count - 1]!.at >= at) count--;
  return count;
}

function getOrCreate<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const created = create();
  map.set(key, created);
  return created;
}
