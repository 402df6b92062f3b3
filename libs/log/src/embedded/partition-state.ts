import type { Fact, Facts } from '@offramp/ladder';
import { type DeciderCommit, LogError, type PartitionState, type Progress } from '../event-log.js';
import { atOf, encodeFact, factKey } from '../facts/fact-codec.js';
import type { FactsDatabase } from '../facts/facts-database.js';
import { StoredFacts } from '../facts/stored-facts.js';
import { Sweeper } from '../facts/sweeper.js';
import type { Environment } from './environment.js';
import type { Change, GroupCommit } from './group-commit.js';
import type { PartitionLog } from './partition-log.js';
import { packRecords } from './record-batch.js';

/** How far deletion has come. A fold that went on from below it would miss facts. */
interface Horizon {
  readonly at: number;
  readonly time: number;
}

export interface StateOptions {
  readonly environment: Environment;
  readonly commits: GroupCommit;
  /** `decisions.v1` of the partition. */
  readonly decisions: PartitionLog;
  readonly now: () => number;
  readonly onClose: () => void;
}

/** Decisions, facts and progress of one partition, in the environment and the transactions of the log. */
export class EmbeddedState implements PartitionState {
  readonly partition: number;
  private readonly database: FactsDatabase;
  private readonly sweeper: Sweeper;
  private readonly progressKey: string;
  private readonly horizonKey: string;
  private current: Progress | undefined;
  private refusal: LogError | undefined;
  private isClosed = false;
  /** One write after the other: a later one must not become durable where an earlier one was refused. */
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly options: StateOptions,
    private readonly stored: StoredFacts,
  ) {
    const { environment, decisions } = options;
    this.partition = decisions.partition;
    this.database = environment.facts(this.partition);
    this.sweeper = new Sweeper(this.database);
    this.progressKey = `progress/${this.partition}`;
    this.horizonKey = `horizon/${this.partition}`;
    this.current = environment.meta.get(this.progressKey) as Progress | undefined;
  }

  static async open(options: StateOptions): Promise<EmbeddedState> {
    const facts = await StoredFacts.load(options.environment.facts(options.decisions.partition));
    return new EmbeddedState(options, facts);
  }

  get progress(): Progress | undefined {
    return this.current;
  }

  get facts(): Facts {
    return this.stored;
  }

  async commit(commit: DeciderCommit): Promise<void> {
    await this.inOrder(prepare(() => this.commitChange(commit)));
  }

  async sweep(time: number, below: number, limit: number): Promise<number> {
    return this.inOrder(() => {
      // What is past progress is not history yet, whatever the caller says.
      const handled = (this.current?.offset ?? -1) + 1;
      const keys = this.sweeper.next({ time, below: Math.min(below, handled), limit });
      return keys.length === 0 ? undefined : this.removalChange(keys, time);
    });
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.refusal ??= new LogError(`the state of partition ${this.partition} is closed`, false);
    await this.last;
    this.stored.close();
    this.options.onClose();
  }

  /** Resolves with 0 where there is nothing to change. */
  private inOrder<Result>(make: () => Change<Result> | undefined): Promise<Result | 0> {
    const done = this.last.then(async () => {
      if (this.refusal !== undefined) throw this.refusal;
      try {
        const change = make();
        return change === undefined ? 0 : await this.options.commits.submit(change);
      } catch (cause) {
        const message = `partition ${this.partition} was not written as a whole; open its state again`;
        this.refusal = new LogError(message, true, { cause });
        throw cause;
      }
    });
    this.last = done.catch(() => undefined);
    return done;
  }

  private commitChange({ decisions, facts, progress }: DeciderCommit): Change<void> {
    const { environment, decisions: log, now } = this.options;
    const batches = packRecords(decisions, now());
    const entries = facts.map(toEntry).sort((a, b) => a.key.compare(b.key));
    let end = 0;
    return {
      bytes: [...batches, ...entries].reduce((sum, { bytes }) => sum + bytes.length, 0) + PROGRESS_BYTES,
      puts: batches.length + entries.length + 1,
      write: (transaction) => {
        end = log.write(transaction, batches) + decisions.length;
        // Random puts cost many times what sorted ones do.
        for (const { key, bytes } of entries) transaction.put(this.database, key, bytes);
        transaction.put(environment.meta, this.progressKey, progress);
      },
      applied: () => {
        log.advance(end);
        this.stored.stored(facts);
        this.current = progress;
      },
    };
  }

  private removalChange(keys: readonly Buffer[], time: number): Change<number> {
    const { meta } = this.options.environment;
    const before = meta.get(this.horizonKey) as Horizon | undefined;
    const at = keys.reduce((greatest, key) => Math.max(greatest, atOf(key)), before?.at ?? 0);
    const horizon: Horizon = { at, time: Math.max(time, before?.time ?? 0) };
    return {
      bytes: 0,
      puts: keys.length + 1,
      write: (transaction) => {
        for (const key of keys) transaction.remove(this.database, key);
        transaction.put(meta, this.horizonKey, horizon);
      },
      applied: () => {
        this.stored.removed(keys);
        return keys.length;
      },
    };
  }
}

const PROGRESS_BYTES = 64;

function toEntry(fact: Fact): { readonly key: Buffer; readonly bytes: Buffer } {
  return { key: factKey(fact), bytes: encodeFact(fact) };
}

/** Does the work at once, since the caller may use its buffers again, and hands out the result, or the failure, in turn. */
function prepare<Result>(work: () => Result): () => Result {
  try {
    const result = work();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
