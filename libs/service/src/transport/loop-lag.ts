import type { EventLog, ReadResult, StoredRecord } from '@offramp/log';
import type { Topic } from '@offramp/events';

/** How long somebody who looks at the metrics waits for the log to say where a partition ends. */
const LOOK_MS_MAX = 1000;

export interface Lag {
  readonly messages: number;
  /** How long ago the log took the oldest record that is not handled. */
  readonly seconds: number;
}

export interface LagOptions {
  readonly log: Pick<EventLog, 'bounds'>;
  readonly topic: Topic;
  readonly partition: number;
  /** ms since 1970. */
  readonly now: () => number;
}

/**
 * How far one loop is behind. Also where it stands still: then nobody else would notice that the log goes on, so whoever looks
 * asks the log itself.
 */
export class LoopLag {
  private next: number | undefined;
  private end = 0;
  /** When the log took the record at `next`, as far as that is known; never later than that. */
  private oldestAt: number | undefined;
  private since: number;
  /** The batch in hand. */
  private records: readonly StoredRecord[] = [];

  constructor(private readonly options: LagOptions) {
    this.since = options.now();
  }

  startsAt(next: number): void {
    this.next = next;
    this.since = this.options.now();
  }

  read({ records, end }: ReadResult): void {
    this.end = end;
    this.records = records;
    this.oldestAt = records[0]?.timestamp;
  }

  /** The handler is through with the batch, or stops within it: everything before `next` is handled. */
  handled(next: number): void {
    this.next = next;
    this.since = this.options.now();
    const left = this.records.find(({ offset }) => offset >= next) ?? this.records.at(-1);
    this.oldestAt = next < this.end ? left?.timestamp : undefined;
    this.records = [];
  }

  /** undefined: not known before the handler has said where it starts. `isReading`: the loop has just been told of the end. */
  async look(isReading: boolean): Promise<Lag | undefined> {
    if (!isReading) this.end = await this.endNow();
    if (this.next === undefined) return undefined;
    const messages = Math.max(0, this.end - this.next);
    const ms = messages === 0 ? 0 : this.options.now() - (this.oldestAt ?? this.since);
    return { messages, seconds: Math.max(0, ms) / 1000 };
  }

  /** A log that does not answer is no reason to answer nothing: what was known last is the least that it can be. */
  private async endNow(): Promise<number> {
    const { log, topic, partition } = this.options;
    let timer: NodeJS.Timeout | undefined;
    const known = new Promise<number>((resolve) => {
      timer = setTimeout(() => resolve(this.end), LOOK_MS_MAX);
    });
    const asked = log.bounds(topic, partition).then(
      ({ end }) => end,
      () => this.end,
    );
    try {
      return await Promise.race([asked, known]);
    } finally {
      clearTimeout(timer);
    }
  }
}
