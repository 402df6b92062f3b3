import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { EventLog, GroupListener, Membership } from '@offramp/log';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Readiness } from '../readiness.js';
import { BACK_OFF, type BackOff } from './back-off.js';
import { type Batch, type BatchHandlerOptions, LOG_TRANSPORT } from './batch-handler.js';
import { BatchLoop } from './batch-loop.js';
import { Changes } from './changes.js';
import { PositionKeeper } from './position-keeper.js';
import type { Lag } from './loop-lag.js';
import { type LoopLabels, type TransportMetrics, createTransportMetrics } from './transport-metrics.js';

export interface LogTransportOptions {
  readonly log: EventLog;
  readonly logger: Logger;
  readonly readiness: Readiness;
  readonly registry: Registry;
  readonly backOff?: BackOff;
  /** ms since 1970; default `Date.now`. */
  readonly now?: () => number;
}

interface Subscription {
  readonly handler: BatchHandlerOptions;
  readonly handle: MessageHandler;
}

/**
 * Nest's transport over an `EventLog`: calls the methods marked with `BatchHandler`, a loop for each (topic, partition,
 * group). Nest's own Kafka transport hands out one message at a time, which neither the decider nor the projector can use.
 */
export class LogTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = LOG_TRANSPORT;
  /** Failures are ours to interpret; Nest need not log them as well. */
  override readonly propagatesEventHandlerErrors = true;
  private readonly metrics: TransportMetrics;
  private readonly loops = new Map<string, BatchLoop>();
  private readonly changes = new Changes();
  private memberships: Membership[] = [];
  /** Groups that have no partition yet. */
  private readonly unassigned = new Set<string>();
  private hurriedBy = 0;

  constructor(private readonly options: LogTransportOptions) {
    super();
    this.metrics = createTransportMetrics(options.registry, () => this.lags());
  }

  listen(callback: (error?: unknown) => void): void {
    this.join().then(() => callback(), callback);
  }

  /** Stops all loops and resolves when the batches in progress are handled. */
  async close(): Promise<void> {
    const memberships = this.memberships.splice(0);
    await Promise.all(memberships.map((membership) => membership.leave()));
    await Promise.all([...this.loops.keys()].map((key) => this.stopLoop(key)));
  }

  /**
   * For tests and orderly ends: resolves when every loop has handled everything up to the present end, also what the handling
   * of others has written meanwhile, and waits for more. Partitions that have stopped are left out.
   */
  async settle(): Promise<void> {
    this.hurriedBy++;
    try {
      while (this.unassigned.size > 0) await this.changes.next();
      let before: number;
      do {
        before = this.handled();
        for (const loop of this.loops.values()) loop.hurry();
        await Promise.all([...this.loops.values()].map((loop) => loop.caughtUp()));
      } while (this.handled() !== before);
    } finally {
      this.hurriedBy--;
    }
  }

  on(): never {
    throw new Error('This transport emits nothing; look at its metrics');
  }

  unwrap<Value>(): Value {
    return this.options.log as Value;
  }

  private async join(): Promise<void> {
    const groups = new Map<string, Subscription[]>();
    for (const subscription of this.subscriptions()) {
      const { group, everyPartition = false } = subscription.handler;
      if (everyPartition) this.startAll(subscription);
      else groups.set(group, [...(groups.get(group) ?? []), subscription]);
    }
    for (const [group, subscriptions] of groups) {
      this.unassigned.add(group);
      const membership: Promise<Membership> = this.options.log.join(
        group,
        this.listenerOf(group, subscriptions, () => membership),
      );
      this.memberships.push(await membership);
    }
  }

  private subscriptions(): Subscription[] {
    return [...this.messageHandlers.values()].map((handle) => {
      const { batchHandler } = handle.extras as { batchHandler: BatchHandlerOptions };
      if (handle.next !== undefined) {
        throw new Error(
          `${batchHandler.group} of ${batchHandler.topic} has two handlers; the group needs another name`,
        );
      }
      return { handler: batchHandler, handle };
    });
  }

  private listenerOf(
    group: string,
    subscriptions: readonly Subscription[],
    membership: () => Promise<Membership>,
  ): GroupListener {
    const owned = new Set<number>();
    this.metrics.owned(group, 0);
    return {
      assigned: (partition) => {
        for (const subscription of subscriptions) this.start(subscription, partition, membership());
        this.metrics.owned(group, owned.add(partition).size);
        this.unassigned.delete(group);
        this.changes.tell();
      },
      revoked: async (partition) => {
        await Promise.all(subscriptions.map(({ handler }) => this.stopLoop(keyOf(handler, partition))));
        owned.delete(partition);
        this.metrics.owned(group, owned.size);
      },
    };
  }

  private startAll(subscription: Subscription): void {
    for (let partition = 0; partition < this.options.log.partitions; partition++) this.start(subscription, partition);
  }

  private start({ handler, handle }: Subscription, partition: number, membership?: Promise<Membership>): void {
    if (handler.partitions?.includes(partition) === false) return;
    const { log, logger, readiness, backOff = BACK_OFF, now = Date.now } = this.options;
    const labels = { topic: handler.topic, group: handler.group, partition };
    const loop = new BatchLoop({
      ...{ log, logger, readiness, backOff, now, handler, partition, labels },
      keeper: membership && new PositionKeeper({ membership, topic: handler.topic, partition, logger }),
      metrics: this.metrics.of(labels),
      handle: (batch) => call(handle, batch),
      isHurried: () => this.hurriedBy > 0,
    });
    this.loops.set(keyOf(handler, partition), loop);
  }

  private async stopLoop(key: string): Promise<void> {
    const loop = this.loops.get(key);
    this.loops.delete(key);
    await loop?.stop();
  }

  private async lags(): Promise<(readonly [LoopLabels, Lag])[]> {
    const looks = [...this.loops.values()].map(async (loop) => [loop.labels, await loop.lagNow()] as const);
    return (await Promise.all(looks)).flatMap(([labels, lag]) => (lag === undefined ? [] : [[labels, lag] as const]));
  }

  private handled(): number {
    let sum = 0;
    for (const loop of this.loops.values()) sum += loop.handled;
    return sum;
  }
}

function keyOf({ group, topic }: BatchHandlerOptions, partition: number): string {
  return `${group} of ${topic} ${partition}`;
}

/** Where an interceptor is at work, Nest gives the answer as a stream of one. */
async function call(handle: MessageHandler, batch: Batch): Promise<number> {
  const answer: unknown = await handle(batch);
  return (isObservable(answer) ? await lastValueFrom(answer) : answer) as number;
}
