import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { DecisionEvent, Position } from '@offramp/events';
import { position } from '@offramp/events';
import type { EventLog } from '@offramp/log';
import { EVENT_LOG, Gauge, Histogram, Problem, Registry } from '@offramp/service';
import { type Outcome, PartitionVerdicts } from './partition-verdicts.js';

/** Callers that may wait at a time; one more is told to come back. */
export const WAITERS_MAX = 4096;
const WAIT_SECONDS_BUCKETS = [0.002, 0.005, 0.01, 0.02, 0.04, 0.1, 0.5, 2, 10];
const RETRY_AFTER_S = 1;

/** Waits for the verdict on one message. Make one before the message is written. */
export interface VerdictTicket {
  /** Resolves with what was decided at this offset, or with `decided: false` after `waitMs`. */
  outcomeAt(offset: number, waitMs: number): Promise<Outcome>;
  /** The message was not written. */
  cancel(): void;
}

/** The callers who wait for verdicts, fed by the tail of decisions. */
@Injectable()
export class Verdicts implements BeforeApplicationShutdown {
  private readonly partitions: readonly PartitionVerdicts[];
  private readonly waitSeconds: Histogram<'decided'>;
  private waiting = 0;
  private isClosed = false;

  constructor(@Inject(EVENT_LOG) log: EventLog, @Inject(Registry) registry: Registry) {
    this.partitions = Array.from({ length: log.partitions }, () => new PartitionVerdicts());
    this.waitSeconds = new Histogram({
      name: 'offramp_verdict_wait_seconds',
      help: 'How long callers waited for a verdict, after their message was durable',
      labelNames: ['decided'],
      buckets: WAIT_SECONDS_BUCKETS,
      registers: [registry],
    });
    for (const decided of ['true', 'false']) this.waitSeconds.zero({ decided });
    const waitingNow = (): number => this.waiting;
    new Gauge({
      name: 'offramp_verdict_waiters',
      help: 'Callers who wait for a verdict now',
      registers: [registry],
      collect() {
        this.set(waitingNow());
      },
    });
  }

  /** How far the decisions of a partition were read, as an input position. */
  readThrough(partition: number): Position | undefined {
    const offset = this.partitions[partition]!.readThrough;
    return offset === undefined ? undefined : position(partition, offset);
  }

  /** Throws Problem `too-many-waiting`. */
  expect(partition: number): VerdictTicket {
    if (this.waiting >= WAITERS_MAX) throw new Problem('too-many-waiting', { retryAfter: RETRY_AFTER_S });
    const expectation = this.partitions[partition]!.expect();
    this.waiting++;
    return {
      outcomeAt: async (offset, waitMs) => {
        const stopTimer = this.waitSeconds.startTimer();
        const { outcome, giveUp } = expectation.at(offset);
        const timer = setTimeout(giveUp, this.isClosed ? 0 : waitMs);
        const settled = await outcome;
        clearTimeout(timer);
        this.waiting--;
        stopTimer({ decided: String(settled.decided) });
        return settled;
      },
      cancel: () => {
        this.waiting--;
        expectation.cancel();
      },
    };
  }

  /** From now on every decision of the partition is read, and in order. */
  startReading(partition: number): void {
    this.partitions[partition]!.isReading = true;
  }

  /** False: a repeat. */
  take(partition: number, decision: DecisionEvent): boolean {
    return this.partitions[partition]!.take(decision);
  }

  /** The process ends: requests in progress are answered with what is known, which is nothing. */
  beforeApplicationShutdown(): void {
    this.isClosed = true;
    for (const partition of this.partitions) partition.release();
  }
}
