import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Database, type RootDatabase, open } from 'lmdb';
import { LogError, type Progress } from '../event-log.js';
import type { FactsDatabase } from '../facts/facts-database.js';
import { type Horizon, readCheckpointRecord } from './checkpoint-records.js';
import { isUsable } from './lmdb-file.js';
import type { RawRecord } from './record-batches.js';

/*
 * The facts of one partition on the disk of its owner. It only saves reading facts.v1 again: it remembers up to which offset
 * everything was read, and what that reading found to be the greatest progress. What the owner itself writes is put here as
 * well, but moves neither: another owner's records may lie in between. Where in doubt it is emptied, and read anew.
 */

const FORMAT = 1;
/** Facts that are put in one turn of the event loop, some 20 ms. */
const APPLIED_AT_ONCE = 10_000;
/** Address space, not memory and not disk. */
const MAP_BYTES = 64 * 2 ** 30;

/** What was read of facts.v1, written in the transaction that puts the facts. */
export interface Reading {
  /** The next offset to read. */
  readonly next: number;
  /** The last record that was read; another one at its offset means that the topic is another. */
  readonly last: { readonly offset: number; readonly timestamp: number } | undefined;
  /** Progress by owner, as read. */
  readonly progress: Readonly<Record<string, Progress>>;
  readonly horizon: Horizon | undefined;
}

const NOTHING_READ: Reading = { next: 0, last: undefined, progress: {}, horizon: undefined };

interface Identity {
  readonly format: number;
  /** The cluster and the topic that this was read from. */
  readonly source: string;
}

const openPaths = new Set<string>();

export class LocalStore {
  private constructor(
    private readonly path: string,
    private readonly source: string,
    private root: RootDatabase,
    private opened: Opened,
  ) {}

  static async open(path: string, source: string): Promise<LocalStore> {
    if (openPaths.has(path)) throw new LogError(`${path} is already open in this process`, false);
    openPaths.add(path);
    try {
      await mkdir(dirname(path), { recursive: true });
      const root = await openOrReplace(path);
      const store = new LocalStore(path, source, root, openDatabases(root));
      if (!store.isOurs()) await store.wipe();
      return store;
    } catch (cause) {
      openPaths.delete(path);
      throw cause instanceof LogError ? cause : new LogError(`${path} cannot be opened`, false, { cause });
    }
  }

  get facts(): FactsDatabase {
    return this.opened.facts;
  }

  get reading(): Reading {
    return (this.opened.meta.get('reading') as Reading | undefined) ?? NOTHING_READ;
  }

  private isOurs(): boolean {
    const identity = this.opened.meta.get('identity') as Identity | undefined;
    return identity?.format === FORMAT && identity.source === this.source;
  }

  /** Forgets everything, and begins anew. */
  async wipe(): Promise<void> {
    await this.root.close();
    await removeFiles(this.path);
    this.root = openRoot(this.path);
    this.opened = openDatabases(this.root);
    await this.opened.meta.put('identity', { format: FORMAT, source: this.source } satisfies Identity);
  }

  /**
   * Records of facts.v1 in their order, read without a gap behind what was read before. Resolves with the keys that changed.
   * Facts first, then how far was read: what a crash leaves in between is put once more.
   */
  async apply(records: readonly RawRecord[], next: number): Promise<readonly Buffer[]> {
    const changes: FactChange[] = [];
    const { reading } = this;
    const progress = { ...reading.progress };
    let { horizon, last } = reading;
    for (const record of records) {
      const read = readCheckpointRecord(record);
      last = { offset: record.offset, timestamp: record.timestamp };
      if (read?.kind === 'fact') changes.push(read);
      else if (read?.kind === 'horizon') horizon = read.horizon;
      else if (read?.kind === 'progress' && read.progress === null) delete progress[read.instance];
      else if (read?.kind === 'progress') progress[read.instance] = read.progress!;
    }
    const sorted = inKeyOrder(changes);
    for (let at = 0; at < sorted.length; at += APPLIED_AT_ONCE) {
      this.applySync(sorted.slice(at, at + APPLIED_AT_ONCE));
      // A heartbeat may be due, and other partitions have their own work.
      await nextTurn();
    }
    await this.opened.meta.put('reading', { next, last, progress, horizon } satisfies Reading);
    return sorted.map(({ key }) => key);
  }

  /** By this thread: a promise for each of a million facts costs as much as putting them. */
  private applySync(changes: readonly FactChange[]): void {
    this.root.transactionSync(() => {
      for (const { key, value } of changes) {
        if (value === null) this.facts.removeSync(key);
        else this.facts.putSync(key, value);
      }
    });
  }

  /** What this owner has written to facts.v1. */
  async put(entries: readonly { readonly key: Buffer; readonly value: Buffer }[]): Promise<void> {
    const sorted = inKeyOrder(entries);
    await this.write(() => sorted.map(({ key, value }) => this.facts.put(key, value!)));
  }

  async remove(keys: readonly Buffer[]): Promise<void> {
    await this.write(() => keys.map((key) => this.facts.remove(key)));
  }

  /** One transaction, made by another thread: a large one holds up nobody's heartbeats. */
  private async write(work: () => readonly Promise<boolean>[]): Promise<void> {
    let writes: readonly Promise<boolean>[] = [];
    const whole = this.root.batch(() => void (writes = work()));
    // Each promise is awaited, since LMDB rejects them one by one.
    await Promise.all([whole, ...writes]);
  }

  async close(): Promise<void> {
    await this.root.close();
    openPaths.delete(this.path);
  }
}

interface FactChange {
  readonly key: Buffer;
  /** null: forgotten. */
  readonly value: Buffer | null;
}

/** Random puts cost many times what sorted ones do. Of several changes of a key, the last one. */
function inKeyOrder(changes: readonly FactChange[]): readonly FactChange[] {
  const sorted = [...changes].sort((a, b) => a.key.compare(b.key));
  return sorted.filter(({ key }, index) => sorted[index + 1]?.key.equals(key) !== true);
}

interface Opened {
  readonly facts: FactsDatabase;
  readonly meta: Database<unknown, string>;
}

function openDatabases(root: RootDatabase): Opened {
  return {
    facts: root.openDB('facts', { encoding: 'binary', keyEncoding: 'binary' }) as FactsDatabase,
    meta: root.openDB('meta', { encoding: 'json' }),
  };
}

/** A file that is not whole is thrown away: nothing is in it that could not be read again. */
async function openOrReplace(path: string): Promise<RootDatabase> {
  if (!(await isUsable(path))) await removeFiles(path);
  try {
    return openRoot(path);
  } catch {
    await removeFiles(path);
    return openRoot(path);
  }
}

function openRoot(path: string): RootDatabase {
  return open({
    path,
    noSubdir: true,
    overlappingSync: false,
    maxDbs: 2,
    mapSize: MAP_BYTES,
    encoding: 'binary',
  } as Parameters<typeof open>[0]);
}

async function removeFiles(path: string): Promise<void> {
  await Promise.all([path, `${path}-lock`].map((file) => rm(file, { force: true })));
}
