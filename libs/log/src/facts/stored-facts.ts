import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Fact, FactKind, Facts } from '@offramp/ladder';
import { LogError } from '../event-log.js';
import { CACHED_VERSIONS_MAX, FactCache, type Tail } from './fact-cache.js';
import { decodeFact, encodePart, scopePartOf, seriesPrefix, versionKey } from './fact-codec.js';
import type { FactsDatabase } from './facts-database.js';
import { KnownScopes } from './known-scopes.js';

/** Keys that are looked at in one turn of the event loop while the scopes are loaded. */
const LOAD_KEYS = 20_000;
const NONE: readonly never[] = [];

/**
 * The facts of one partition, read from LMDB. Synchronous, as the fold wants it: the scopes that have facts at all are in
 * memory, and most threads have none; what is asked for again comes from a bounded cache; the rest is a memory-mapped read.
 */
export class StoredFacts implements Facts {
  private readonly scopes = new KnownScopes();
  private readonly cache = new FactCache();
  private closed = false;

  private constructor(private readonly database: FactsDatabase) {}

  static async load(database: FactsDatabase): Promise<StoredFacts> {
    const facts = new StoredFacts(database);
    let start: Buffer = Buffer.of(0);
    for (;;) {
      const last = facts.loadFrom(start);
      if (last === undefined) return facts;
      start = last;
      await nextTurn();
    }
  }

  /** Returns the last key it looked at, or undefined at the end. */
  private loadFrom(start: Buffer): Buffer | undefined {
    let count = 0;
    let scope: Buffer = Buffer.alloc(0);
    for (const key of this.database.getKeys({ start, limit: LOAD_KEYS })) {
      if (++count === LOAD_KEYS) return key;
      // Equal first bytes mean equal lengths.
      const isSame = key[0] === scope[0] && key.compare(scope, 0, scope.length, 0, scope.length) === 0;
      if (isSame) continue;
      scope = scopePartOf(key);
      this.scopes.add(scope);
    }
    return undefined;
  }

  knows(scope: string): boolean {
    return this.scopes.has(scope);
  }

  before<Kind extends FactKind>(kind: Kind, scope: string, name: string, at: number): Fact<Kind> | undefined {
    if (!this.scopes.has(scope)) return undefined;
    const { versions, complete } = this.tailOf(kind, scope, name);
    for (let index = versions.length - 1; index >= 0; index--) {
      if (versions[index]!.at < at) return versions[index] as Fact<Kind>;
    }
    return complete ? undefined : this.newest({ kind, scope, name }, at, 1)[0];
  }

  allBefore<Kind extends FactKind>(kind: Kind, scope: string, name: string, at: number): readonly Fact<Kind>[] {
    if (!this.scopes.has(scope)) return NONE;
    const { versions, complete } = this.tailOf(kind, scope, name);
    if (complete) return versions.filter((fact) => fact.at < at) as Fact<Kind>[];
    return this.newest({ kind, scope, name }, at, Infinity);
  }

  private tailOf(kind: FactKind, scope: string, name: string): Tail {
    const cached = this.cache.get(kind, scope, name);
    if (cached !== undefined) return cached;
    const versions = this.newest({ kind, scope, name }, Number.MAX_SAFE_INTEGER, CACHED_VERSIONS_MAX + 1);
    const complete = versions.length <= CACHED_VERSIONS_MAX;
    const tail = { versions: complete ? versions : versions.slice(1), complete };
    this.cache.set(kind, scope, name, tail);
    return tail;
  }

  /** The last versions before a position, oldest first. */
  private newest<Kind extends FactKind>(series: Series<Kind>, before: number, limit: number): Fact<Kind>[] {
    if (this.closed) throw new LogError('the state of the partition is closed', false);
    const found: Fact<Kind>[] = [];
    if (before <= 0) return found;
    const prefix = seriesPrefix(series.kind, series.scope, series.name);
    const start = versionKey(prefix, before - 1);
    for (const { key, value } of this.database.getRange({ start, end: prefix, reverse: true })) {
      const fact = decodeFact(series, key, value);
      if (fact !== undefined) found.push(fact);
      if (found.length === limit) break;
    }
    return found.reverse();
  }

  /** These are durable now, and visible from here on. */
  stored(facts: readonly Fact[]): void {
    let scope: string | undefined;
    for (const fact of facts) {
      if (fact.scope !== scope && !this.scopes.has(fact.scope)) this.scopes.add(encodePart(fact.scope));
      scope = fact.scope;
      this.cache.add(fact);
    }
  }

  /** The facts with these keys were written, or removed, by somebody else. */
  changed(keys: readonly Buffer[]): void {
    this.cache.clear();
    for (const key of keys) this.scopes.add(scopePartOf(key));
  }

  /** The facts with these keys are gone. */
  removed(keys: readonly Buffer[]): void {
    this.cache.clear();
    for (const key of keys) {
      const part = scopePartOf(key);
      if (!this.hasKeyWith(part)) this.scopes.delete(part);
    }
  }

  private hasKeyWith(scopePart: Buffer): boolean {
    for (const key of this.database.getKeys({ start: scopePart, limit: 1 })) {
      return scopePartOf(key).equals(scopePart);
    }
    return false;
  }

  close(): void {
    this.closed = true;
    this.cache.clear();
  }
}

interface Series<Kind extends FactKind> {
  readonly kind: Kind;
  readonly scope: string;
  readonly name: string;
}
