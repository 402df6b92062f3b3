import type { EventLog } from '@offramp/log';
import type { Logger } from 'pino';
import type { Readiness } from '../readiness.js';
import { type BackOff, FAILURES_UNTIL_NOT_READY, delayAfter, isRetriable, pause } from './back-off.js';
import type { Batch, BatchFunction, BatchHandlerOptions } from './batch-handler.js';
import { BatchReader } from './batch-reader.js';
import { Changes } from './changes.js';
import { type Lag, LoopLag } from './loop-lag.js';
import type { PositionKeeper } from './position-keeper.js';
import type { LoopLabels, LoopMetrics } from './transport-metrics.js';

/*
 * One partition of one handler. One call at a time, so a slow handler is its own back-pressure, and the order of a partition
 * is the order of the calls. Where to go on is always the handler's word: nothing here remembers an offset over a failure.
 */

export interface BatchLoopOptions {
  readonly log: EventLog;
  readonly logger: Logger;
  readonly readiness: Readiness;
  readonly metrics: LoopMetrics;
  readonly labels: LoopLabels;
  readonly backOff: BackOff;
  readonly handler: BatchHandlerOptions;
  readonly handle: BatchFunction;
  readonly partition: number;
  /** Keeps where the group is; absent for handlers that share nothing. */
  readonly keeper?: PositionKeeper | undefined;
  /** Whether somebody waits for everything to be handled; then there is no lingering. */
  readonly isHurried: () => boolean;
  /** ms since 1970. */
  readonly now: () => number;
}

/** What an error for good may carry: a handler that stops within a batch says before which offset all is handled. */
interface Stop {
  readonly handledTo?: number;
}

export class BatchLoop {
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  private readonly part: string;
  private readonly reader: BatchReader;
  private readonly changes = new Changes();
  private readonly lag: LoopLag;
  private next = 0;
  private isBusy = true;
  private isOver = false;
  /** Records handled since the start; a repeated one counts again. */
  handled = 0;

  constructor(private readonly options: BatchLoopOptions) {
    const { group, topic } = options.handler;
    this.part = `${group} of ${topic} ${options.partition}`;
    this.reader = new BatchReader({
      ...options,
      signal: this.stopping.signal,
      onRecords: () => this.setBusy(true),
    });
    this.lag = new LoopLag({ ...options, topic });
    options.metrics.stopped(false);
    this.running = this.run();
  }

  /** Resolves when the batch in progress is handled and the partition is given up. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.options.metrics.released();
    // Whatever was wrong with the partition is for whoever takes it over to say.
    this.options.readiness.report(this.part, undefined);
  }

  get labels(): LoopLabels {
    return this.options.labels;
  }

  /** How far it is behind, as of now; undefined where the handler has not said yet where it starts. */
  lagNow(): Promise<Lag | undefined> {
    return this.lag.look(!this.isBusy && !this.isOver);
  }

  hurry(): void {
    this.reader.hurry();
  }

  /** Resolves when everything up to the present end is handled and the loop waits for more, or when it is over. */
  async caughtUp(): Promise<void> {
    const { log, handler, partition } = this.options;
    while (!this.isOver) {
      const changed = this.changes.next();
      if (!this.isBusy) {
        const { end } = await log.bounds(handler.topic, partition);
        if (!this.isBusy && this.next >= end) return;
      }
      await changed;
    }
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopping.signal.aborted) {
      try {
        await this.work(() => {
          if (failures > 0) this.options.readiness.report(this.part, undefined);
          failures = 0;
        });
      } catch (error) {
        this.setBusy(true);
        if (!isRetriable(error)) {
          this.raiseAlarm(error);
          break;
        }
        await this.waitAfter(error, ++failures);
      }
    }
    await this.giveUp();
    this.isOver = true;
    this.setBusy(false);
  }

  private async work(succeeded: () => void): Promise<void> {
    const { handler, metrics } = this.options;
    await this.begin();
    while (!this.stopping.signal.aborted) {
      this.setBusy(false);
      const read = await this.reader.read(this.next);
      const { records, next, end } = read;
      this.lag.read(read);
      if (records.length === 0) {
        this.next = next;
        continue;
      }
      const started = performance.now();
      const answer = await this.call({ records, end });
      if (answer <= records[0]!.offset) {
        throw new Error(`the handler ${handler.group} of ${handler.topic} was given ${next} and wants ${answer} again`);
      }
      this.next = answer;
      this.handled += records.length;
      this.options.keeper?.note(answer);
      this.lag.handled(answer);
      metrics.handled({ records: records.length, seconds: secondsSince(started) });
      metrics.next(answer);
      succeeded();
    }
  }

  private async begin(): Promise<void> {
    const started = performance.now();
    const { handler, keeper } = this.options;
    const position = handler.startsAtPosition === true ? await keeper?.position() : undefined;
    this.next = await this.call({ assigned: true, position });
    this.options.metrics.restored(secondsSince(started));
    this.options.metrics.next(this.next);
    this.lag.startsAt(this.next);
  }

  private async call(part: Partial<Batch>): Promise<number> {
    const { handler, partition, handle } = this.options;
    const batch: Batch = {
      topic: handler.topic,
      partition,
      records: [],
      end: this.next,
      signal: this.stopping.signal,
      assigned: false,
      revoked: false,
      ...part,
    };
    const next = await handle(batch);
    if (batch.revoked || (Number.isSafeInteger(next) && next >= 0)) return next;
    throw new Error(`the handler ${handler.group} of ${handler.topic} answers ${next}, which is no offset`);
  }

  private async waitAfter(error: unknown, failures: number): Promise<void> {
    const { logger, metrics, readiness, backOff } = this.options;
    const delayMs = Math.round(delayAfter(failures, backOff));
    metrics.failed(true);
    logger.warn({ err: error, loop: this.part, failures, delayMs }, 'a batch failed and will be tried again');
    if (failures >= FAILURES_UNTIL_NOT_READY) {
      readiness.report(this.part, `failed ${failures} times in a row: ${messageOf(error)}`);
    }
    await pause(delayMs, this.stopping.signal);
  }

  /** Only this partition stops; the others go on. It starts again with the process, after somebody has looked. */
  private raiseAlarm(error: unknown): void {
    const { logger, metrics, readiness } = this.options;
    metrics.failed(false);
    metrics.stopped(true);
    const { handledTo } = error as Stop;
    if (handledTo !== undefined) {
      this.lag.handled(handledTo);
      metrics.next(handledTo);
    }
    logger.error({ err: error, loop: this.part }, 'a partition has stopped');
    readiness.report(this.part, `stopped: ${messageOf(error)}`);
  }

  private async giveUp(): Promise<void> {
    await this.options.keeper?.finish();
    try {
      await this.call({ revoked: true });
    } catch (error) {
      // Nothing depends on it any more: whoever takes the partition next starts from what is durable.
      this.options.logger.warn({ err: error, loop: this.part }, 'a partition was not given up cleanly');
    }
  }

  private setBusy(isBusy: boolean): void {
    this.isBusy = isBusy;
    this.changes.tell();
  }
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'an error without a message';
}
