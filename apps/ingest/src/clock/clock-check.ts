import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Topic } from '@offramp/events';
import type { EventLog, StoredRecord } from '@offramp/log';
import { EVENT_LOG, Gauge, LOGGER, type Logger, NOW, type Now, Readiness, Registry } from '@offramp/service';
import { DATABASE_CLOCK, type DatabaseClock } from '../tokens.js';
import {
  type ClockEstimate,
  type OwnClock,
  certainlyAhead,
  estimateBefore,
  estimateBetween,
} from './clock-estimate.js';

/** `time` of an event is this process's clock, and guards and ladders expire by it: further off than this is too far. */
export const CLOCK_OFF_MS_MAX = 30_000;
const LOOK_EVERY_MS = 60_000;

/** Where something was appended, and when that began and ended, by `performance.now`. */
export interface Appended {
  readonly topic: Topic;
  readonly partition: number;
  readonly offset: number;
  readonly began: number;
  readonly ended: number;
}

const SOURCES = { record: 'brokers', tail: 'brokers', database: 'database' } as const;
type Source = keyof typeof SOURCES;

/**
 * Whether this process's clock may be trusted. The brokers stamp what they take: one of our own records is read back now and
 * then, and what the tail of decisions brings cannot have been stamped later than now. The database is asked. All of it
 * happens beside the work: nothing waits for it, and what cannot be learned changes nothing.
 */
@Injectable()
export class ClockCheck implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly estimates = new Map<Source, ClockEstimate>();
  private readBackAt = -Infinity;
  private isReadingBack = false;
  private isAsking = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(NOW) private readonly now: Now,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(DATABASE_CLOCK) private readonly databaseClock: DatabaseClock | undefined,
    @Inject(Readiness) readiness: Readiness,
    @Inject(Registry) registry: Registry,
  ) {
    readiness.ask('clock', () => Promise.resolve(this.cause()));
    const offSeconds = (): (readonly [string, number])[] => this.offMs().map(([of, ms]) => [of, ms / 1000]);
    new Gauge({
      name: 'offramp_clock_off_seconds',
      help: 'How far the clock is certainly ahead of that of the brokers or the database; negative: behind; 0: may be right',
      labelNames: ['of'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [of, seconds] of offSeconds()) this.set({ of }, seconds);
      },
    });
  }

  onApplicationBootstrap(): void {
    void this.askDatabase();
    this.timer = setInterval(() => void this.askDatabase(), LOOK_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Of what was appended just now; one of many is read back. Returns at once. */
  appended(appended: Appended): void {
    if (this.isReadingBack || appended.ended - this.readBackAt < LOOK_EVERY_MS) return;
    this.readBackAt = appended.ended;
    void this.readBack(appended);
  }

  /** What was read just now, in order. */
  sawInTail(records: readonly StoredRecord[]): void {
    const last = records.at(-1);
    if (last !== undefined) this.estimates.set('tail', estimateBefore(last.timestamp, this.own()));
  }

  /** Resolves when the database has answered, or has not. */
  async askDatabase(): Promise<void> {
    if (this.databaseClock === undefined || this.isAsking) return;
    this.isAsking = true;
    const earliest = performance.now();
    try {
      const time = await this.databaseClock();
      const own = this.own();
      this.estimates.set('database', estimateBetween(time, { earliest, latest: own.moment }, own));
    } catch (error) {
      this.logger.debug({ err: error }, 'the clock of the database is not known');
    } finally {
      this.isAsking = false;
    }
  }

  private async readBack({ topic, partition, offset, began, ended }: Appended): Promise<void> {
    this.isReadingBack = true;
    try {
      const { records } = await this.log.read(topic, partition, offset);
      const record = records.find((each) => each.offset === offset);
      if (record === undefined) return;
      const between = { earliest: began, latest: ended };
      this.estimates.set('record', estimateBetween(record.timestamp, between, this.own()));
    } catch (error) {
      this.logger.debug({ err: error }, 'the clock of the brokers is not known');
    } finally {
      this.isReadingBack = false;
    }
  }

  private cause(): string | undefined {
    const wrong = this.offMs().filter(([, ms]) => Math.abs(ms) > CLOCK_OFF_MS_MAX);
    if (wrong.length === 0) return undefined;
    const far = wrong.map(
      ([of, ms]) => `${Math.round(Math.abs(ms) / 1000)} s ${ms > 0 ? 'ahead of' : 'behind'} that of the ${of}`,
    );
    return `the clock is ${far.join(' and ')}; at most ${CLOCK_OFF_MS_MAX / 1000} s is allowed. Set it right`;
  }

  /** For each of those whose clock is known, the most that one of its estimates says. */
  private offMs(): (readonly [string, number])[] {
    const own = this.own();
    const most = new Map<string, number>();
    for (const [source, estimate] of this.estimates) {
      const ms = certainlyAhead(estimate, own);
      if (ms === undefined) this.forget(source);
      else if (Math.abs(ms) >= Math.abs(most.get(SOURCES[source]) ?? 0)) most.set(SOURCES[source], ms);
    }
    return [...most];
  }

  private forget(source: Source): void {
    this.estimates.delete(source);
    if (source === 'record') this.readBackAt = -Infinity;
    if (source === 'database') void this.askDatabase();
  }

  private own(): OwnClock {
    return { time: this.now(), moment: performance.now() };
  }
}
