import { assert } from '../assert.js';
import type { Fact } from '../facts.js';
import { type MemoryFacts, createMemoryFacts } from '../memory-facts.js';

/** A store that several owners write into, as they do when one does not know yet that it lost the partition. */
export interface FactStore extends MemoryFacts {
  /** DESIGN §5, "Expiry": by partition time `time`, of what was written before offset `below`. Returns how many went. */
  sweep(time: number, below: number): number;
}

export function createFactStore(): FactStore {
  let facts = createMemoryFacts();
  const written = new Map<string, Fact>();

  /** A fact is written once: whoever writes it again writes the same. */
  function add(fact: Fact): void {
    const key = keyOf(fact);
    const before = written.get(key);
    if (before !== undefined) {
      const [was, is] = [JSON.stringify(before), JSON.stringify(fact)];
      assert(was === is, `FOLD: ${key} was ${was} and is now ${is}`);
    }
    written.set(key, fact);
    facts.add(fact);
  }

  function sweep(time: number, below: number): number {
    const kept = createMemoryFacts();
    const stays = new Set<string>();
    const before = facts.size;
    for (const fact of facts.all().sort((a, b) => a.at - b.at)) {
      const thing = `${fact.kind} ${fact.scope} ${fact.name}`;
      const isExpired = fact.until !== undefined && fact.until <= time && fact.at < below;
      if (!isExpired) stays.add(thing);
      if (stays.has(thing)) kept.add(fact);
    }
    facts = kept;
    return before - facts.size;
  }

  return {
    get size() {
      return facts.size;
    },
    knows: (scope) => facts.knows(scope),
    before: (kind, scope, name, at) => facts.before(kind, scope, name, at),
    allBefore: (kind, scope, name, at) => facts.allBefore(kind, scope, name, at),
    add,
    clear: () => facts.clear(),
    all: () => facts.all(),
    sweep,
  };
}

function keyOf({ kind, scope, name, at }: Fact): string {
  return `${kind} ${scope} ${name} at ${at}`;
}

/** For comparing what two stores hold. */
export function sorted(facts: readonly Fact[]): Fact[] {
  return [...facts].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
