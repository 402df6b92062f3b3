import { TOPICS } from '@offramp/events';
import { type Fact, type Facts, createMemoryFacts, overlay } from '@offramp/ladder';
import { type DeciderCommit, LogError, type PartitionState, type Progress } from '../event-log.js';
import { passFailPoint } from '../fail-points.js';
import { atOf, encodeFact, factKey } from '../facts/fact-codec.js';
import { StoredFacts } from '../facts/stored-facts.js';
import { Sweeper } from '../facts/sweeper.js';
import { horizonRecord, progressRecord } from './checkpoint-records.js';
import { cutDecisions, cutSends } from './cut-sends.js';
import type { LocalStore } from './local-store.js';
import type { PartitionSender } from './partition-sender.js';
import { type FactsTopic, progressOf, readOn, restore } from './restore.js';
import type { Turns } from './turns.js';

/*
 * The decider's state of one partition over Kafka. A commit is durable on decisions.v1; its facts follow on facts.v1, and the
 * progress they belong to behind them, at most once a second. A crash in between costs repeated work and nothing else:
 * handling a position twice writes the same bytes.
 */

const CHECKPOINT_EVERY_MS = 1000;
/** Facts that may wait for a checkpoint; a commit that comes then waits for it. */
const WAITING_FACTS_MAX = 50_000;
/** Of its own records, an owner reads again when so many have come since: that is what the next start has to read. */
const REREAD_RECORDS_MAX = 200_000;

export interface KafkaStateOptions {
  readonly partition: number;
  /** Names this owner in the keys of its progress. */
  readonly instance: string;
  readonly sender: PartitionSender;
  readonly store: LocalStore;
  readonly topic: FactsTopic;
  /** Of the states of a process that are restored. */
  readonly turns: Turns;
  readonly onClose: () => void;
}

interface WaitingFact {
  readonly fact: Fact;
  readonly key: Buffer;
  readonly value: Buffer;
}

export class KafkaState implements PartitionState {
  readonly partition: number;
  readonly facts: Facts;
  private readonly memory = createMemoryFacts();
  private readonly sweeper: Sweeper;
  private waiting: WaitingFact[] = [];
  private current: Progress | undefined;
  /** The greatest progress on facts.v1. */
  private durable: Progress | undefined;
  private refusal: LogError | undefined;
  private checkpointFailed = false;
  private closing: Promise<void> | undefined;
  /** One commit after the other. */
  private last: Promise<unknown> = Promise.resolve();
  private checkpointing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private checkpointAt = -Infinity;
  private overtakenAreForgotten = false;
  private horizonAt: number;

  private constructor(
    private readonly options: KafkaStateOptions,
    private readonly stored: StoredFacts,
  ) {
    this.partition = options.partition;
    this.facts = overlay(this.memory, stored);
    this.sweeper = new Sweeper(options.store.facts);
    this.current = this.durable = progressOf(options.store.reading);
    this.horizonAt = options.store.reading.horizon?.at ?? 0;
  }

  static async open(options: KafkaStateOptions): Promise<KafkaState> {
    await restore(options.store, options.topic, options.turns);
    return new KafkaState(options, await StoredFacts.load(options.store.facts));
  }

  get progress(): Progress | undefined {
    return this.current;
  }

  async commit({ decisions, facts, progress }: DeciderCommit): Promise<void> {
    let prepared: { readonly sends: ReturnType<typeof cutDecisions>; readonly waiting: WaitingFact[] } | LogError;
    try {
      // At once, since the caller may use its buffers again.
      prepared = { sends: cutDecisions(decisions), waiting: facts.map(toWaiting) };
    } catch (cause) {
      prepared = cause instanceof LogError ? cause : new LogError('a commit can not be written', false, { cause });
    }
    await this.inOrder(async () => {
      if (prepared instanceof LogError) throw prepared;
      for (const [index, send] of prepared.sends.entries()) {
        if (index > 0) passFailPoint('between-decisions');
        await this.options.sender.send(TOPICS.decisions, send);
      }
      passFailPoint('after-decisions');
      for (const each of prepared.waiting) {
        this.memory.add(each.fact);
        this.waiting.push(each);
      }
      this.current = progress;
      this.scheduleCheckpoint();
      if (this.waiting.length > WAITING_FACTS_MAX) await this.checkpoint();
    });
  }

  async sweep(time: number, below: number, limit: number): Promise<number> {
    return this.inOrder(async () => {
      await this.flush();
      // What is past progress is not history yet, whatever the caller says.
      const handled = (this.current?.offset ?? -1) + 1;
      const keys = this.sweeper.next({ time, below: Math.min(below, handled), limit });
      if (keys.length === 0) return 0;
      this.horizonAt = keys.reduce((greatest, key) => Math.max(greatest, atOf(key)), this.horizonAt);
      // The horizon first: whoever misses the facts has to know that they were there.
      const tombstones = keys.map((key) => ({ key, value: null }));
      await this.sendFacts([horizonRecord({ at: this.horizonAt, time }), ...tombstones]);
      await this.options.store.remove(keys);
      this.stored.removed(keys);
      return keys.length;
    });
  }

  close(): Promise<void> {
    return (this.closing ??= this.closeNow());
  }

  private async closeNow(): Promise<void> {
    this.refusal ??= new LogError(`the state of partition ${this.partition} is closed`, false);
    await this.last;
    clearTimeout(this.timer);
    // A progress that is not written only repeats work.
    if (!this.checkpointFailed) await this.flush().catch(() => undefined);
    this.memory.clear();
    this.stored.close();
    await this.options.store.close();
    this.options.onClose();
  }

  private inOrder<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.last.then(async () => {
      if (this.refusal !== undefined) throw this.refusal;
      try {
        return await work();
      } catch (cause) {
        this.fail(cause);
        throw cause;
      }
    });
    this.last = done.catch(() => undefined);
    return done;
  }

  private fail(cause: unknown): void {
    const message = `partition ${this.partition} was not written as a whole; open its state again`;
    this.refusal ??= new LogError(message, true, { cause });
  }

  private scheduleCheckpoint(): void {
    if (this.timer !== undefined || this.closing !== undefined) return;
    const delay = Math.max(0, this.checkpointAt + CHECKPOINT_EVERY_MS - performance.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      // Its failure is told by the next commit.
      this.checkpoint().catch(() => undefined);
    }, delay);
  }

  /** Resolves when everything that was committed is on facts.v1 and in the local store. */
  private async flush(): Promise<void> {
    await this.checkpointing;
    await this.checkpoint();
  }

  private checkpoint(): Promise<void> {
    return (this.checkpointing ??= this.checkpointNow().finally(() => {
      this.checkpointing = undefined;
    }));
  }

  private async checkpointNow(): Promise<void> {
    const { waiting, current } = this;
    const isFurther = current !== undefined && current.offset > (this.durable?.offset ?? -1);
    if (waiting.length === 0 && !isFurther) return;
    this.waiting = [];
    this.checkpointAt = performance.now();
    try {
      const end = await this.sendFacts([...waiting, ...(isFurther ? this.progressRecords(current) : [])]);
      passFailPoint('after-progress');
      await this.options.store.put(waiting);
      this.stored.stored(waiting.map(({ fact }) => fact));
      this.memory.clear();
      for (const { fact } of this.waiting) this.memory.add(fact);
      passFailPoint('after-checkpoint');
      if (isFurther) this.durable = current;
      if (end - this.options.store.reading.next > REREAD_RECORDS_MAX) await this.readAgain();
    } catch (cause) {
      this.checkpointFailed = true;
      this.fail(cause);
      throw cause;
    }
  }

  /** This owner's, and the end of those that it has overtaken: else each start of a process would leave one for ever. */
  private progressRecords(current: Progress) {
    const { instance, store } = this.options;
    const overtaken = this.overtakenAreForgotten
      ? []
      : Object.entries(store.reading.progress).filter(
          ([owner, { offset }]) => owner !== instance && offset <= current.offset,
        );
    this.overtakenAreForgotten = true;
    return [progressRecord(instance, current), ...overtaken.map(([owner]) => progressRecord(owner, null))];
  }

  /** Returns the offset behind the last record. */
  private async sendFacts(records: Parameters<typeof cutSends>[0]): Promise<number> {
    let end = 0;
    for (const send of cutSends(records.map(({ key, value }) => ({ key, value })))) {
      if (end > 0) passFailPoint('between-facts');
      end = (await this.options.sender.send(TOPICS.facts, send)) + send.length;
    }
    return end;
  }

  private async readAgain(): Promise<void> {
    await readOn(this.options.store, this.options.topic, (keys) => this.stored.changed(keys));
  }
}

function toWaiting(fact: Fact): WaitingFact {
  return { fact, key: factKey(fact), value: encodeFact(fact) };
}
