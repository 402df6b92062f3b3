import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database, Key } from 'lmdb';
import { LogError, LogFull } from '../event-log.js';
import type { Environment } from './environment.js';
import type { FreeSpace } from './free-space.js';

/*
 * All writes of the log go through one queue. What arrives while a transaction is being synced becomes the next one: a
 * sync costs the same for one record as for a thousand. A group is durable whole or not at all, in the order of arrival.
 *
 * A failed commit is fatal: LMDB may report it after part of the file was written, and later transactions may hang. The
 * queue then refuses everything, and the process has to open the log again.
 */

/** Limits of one transaction. A single change may be larger; it is then alone. */
const GROUP_BYTES_MAX = 16 * 2 ** 20;
/** LMDB checks its free pages at each commit: one that frees very many at once makes all later ones slow for long. */
const GROUP_PUTS_MAX = 4096;
/** What may wait. Beyond it the caller is told to come back, rather than memory filling up. */
const WAITING_BYTES_MAX = 256 * 2 ** 20;

export interface Transaction {
  put<K extends Key, V>(database: Database<V, K>, key: K, value: V): void;
  /** For keys greater than all that are there; keeps the pages of the tree full. */
  append<K extends Key, V>(database: Database<V, K>, key: K, value: V): void;
  remove<K extends Key, V>(database: Database<V, K>, key: K): void;
}

/** Something that becomes durable whole or not at all. */
export interface Change<Result> {
  /** What it adds, about; 0 where it only removes, which is allowed on a full disk. */
  readonly bytes: number;
  /** Keys that it puts or removes. */
  readonly puts: number;
  /** Called when its transaction is made, in order. Must not throw: everything is checked before. */
  write(transaction: Transaction): void;
  /** Called when it is durable, in order. */
  applied(): Result;
}

interface Waiting {
  readonly change: Change<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: LogError) => void;
}

export class GroupCommit {
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private running: Promise<void> | undefined;
  private refusal: LogError | undefined;
  private tellFailure: (reason: LogError) => void = () => undefined;
  /** Resolves with the reason when a commit has failed. */
  readonly failed: Promise<LogError>;

  constructor(
    private readonly environment: Environment,
    private readonly space: FreeSpace,
  ) {
    this.failed = new Promise((resolve) => {
      this.tellFailure = resolve;
    });
  }

  /** Resolves with the change's result when it is durable. Throws LogError; LogFull where nothing was written. */
  submit<Result>(change: Change<Result>): Promise<Result> {
    if (this.refusal !== undefined) return Promise.reject(this.refusal);
    if (this.waitingBytes > 0 && this.waitingBytes + change.bytes > WAITING_BYTES_MAX) {
      return Promise.reject(new LogError(`more than ${WAITING_BYTES_MAX} bytes are waiting to be written`, true));
    }
    this.waitingBytes += change.bytes;
    return new Promise<Result>((resolve, reject) => {
      this.waiting.push({ change, resolve: resolve as (result: unknown) => void, reject });
      this.running ??= this.run();
    });
  }

  /** Throws LogFull where a change that adds something would be refused now. */
  async checkRoom(): Promise<void> {
    try {
      await this.space.check();
    } catch (cause) {
      throw asRefusal(cause);
    }
  }

  /** Refuses what comes from now on, and resolves when all that was there is durable. */
  async close(): Promise<void> {
    this.refusal ??= new LogError('the log is closed', false);
    await this.running;
  }

  private async run(): Promise<void> {
    // What arrives in this turn of the event loop belongs together.
    await nextTurn();
    while (this.waiting.length > 0) await this.commit(this.nextGroup());
    this.running = undefined;
  }

  private nextGroup(): Waiting[] {
    let bytes = 0;
    let puts = 0;
    let count = 0;
    for (const { change } of this.waiting) {
      const fits = bytes + change.bytes <= GROUP_BYTES_MAX && puts + change.puts <= GROUP_PUTS_MAX;
      if (count > 0 && !fits) break;
      bytes += change.bytes;
      puts += change.puts;
      count++;
    }
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count);
  }

  private async commit(group: Waiting[]): Promise<void> {
    const admitted = await this.admit(group);
    if (admitted.length === 0) return;
    try {
      await this.transact(admitted);
    } catch (cause) {
      await this.fail(admitted, cause);
      return;
    }
    for (const { change, resolve } of admitted) resolve(change.applied());
  }

  /** Refuses what adds something where the disk is full; what only removes goes on, since it makes room. */
  private async admit(group: Waiting[]): Promise<Waiting[]> {
    const bytes = group.reduce((sum, { change }) => sum + change.bytes, 0);
    if (bytes === 0) return group;
    try {
      await this.space.take(bytes);
      return group;
    } catch (cause) {
      const error = asRefusal(cause);
      for (const { change, reject } of group) if (change.bytes > 0) reject(error);
      return group.filter(({ change }) => change.bytes === 0);
    }
  }

  private async transact(group: Waiting[]): Promise<void> {
    const { root } = this.environment;
    const writes: Promise<boolean>[] = [];
    const transaction: Transaction = {
      put: (database, key, value) => void writes.push(database.put(key, value)),
      append: (database, key, value) => void writes.push(appendTo(database, key, value)),
      remove: (database, key) => void writes.push(database.remove(key).then(() => true)),
    };
    const whole = root.batch(() => {
      for (const { change } of group) change.write(transaction);
    });
    // Each promise is awaited, since LMDB rejects them one by one.
    const results = await Promise.all([whole, ...writes]);
    await root.flushed;
    if (results.includes(false)) throw new Error('a record stands where the next one belongs: another process writes');
  }

  private async fail(group: Waiting[], failure: unknown): Promise<void> {
    const message =
      'the log could not be written and has to be opened again; what was being written may be there or not';
    const error = new LogError(message, false, { cause: await reasonOf(failure) });
    this.refusal = error;
    this.tellFailure(error);
    const lost = [...group, ...this.waiting];
    this.waiting = [];
    this.waitingBytes = 0;
    for (const { reject } of lost) reject(error);
  }
}

function asRefusal(cause: unknown): LogError {
  return cause instanceof LogFull ? cause : new LogError('the free space of the disk is unknown', true, { cause });
}

/** LMDB tells the reason by a promise of its own. Unheard, it would end the process as an unhandled rejection. */
async function reasonOf(failure: unknown): Promise<unknown> {
  const { commitError } = failure as { commitError?: Promise<never> };
  return commitError === undefined ? failure : commitError.catch((reason: unknown) => reason);
}

function appendTo<K extends Key, V>(database: Database<V, K>, key: K, value: V): Promise<boolean> {
  // The declared type wants a version in place of options.
  const put = database.put.bind(database) as unknown as (key: K, value: V, options: object) => Promise<boolean>;
  return put(key, value, { append: true });
}
