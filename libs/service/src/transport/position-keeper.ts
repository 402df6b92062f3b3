import type { Topic } from '@offramp/events';
import type { Membership } from '@offramp/log';
import type { Logger } from 'pino';
import { pause } from './back-off.js';

/** Lag tools look once in a while, and what is repeated after a crash has no second effect. */
const KEEP_EVERY_MS = 1000;

export interface PositionKeeperOptions {
  readonly membership: Promise<Membership>;
  readonly topic: Topic;
  readonly partition: number;
  readonly logger: Logger;
}

/** Keeps in the group where a partition is, beside the work and never in its way: at most once a second, and at the end. */
export class PositionKeeper {
  private readonly finishing = new AbortController();
  private latest: number | undefined;
  private told: number | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly options: PositionKeeperOptions) {}

  /** Where the group is; undefined where nobody has ever said. Throws LogError. */
  async position(): Promise<number | undefined> {
    const { membership, topic, partition } = this.options;
    return this.latest ?? (await membership).position(topic, partition);
  }

  /** `next`: the offset of the first record that is not handled. */
  note(next: number): void {
    this.latest = next;
    this.running ??= this.run();
  }

  /** Resolves when the last position noted is kept, or could not be. */
  async finish(): Promise<void> {
    this.finishing.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.latest !== undefined && this.latest !== this.told) {
      const next = this.latest;
      await this.keep(next);
      this.told = next;
      await pause(KEEP_EVERY_MS, this.finishing.signal);
    }
    this.running = undefined;
  }

  private async keep(next: number): Promise<void> {
    const { membership, topic, partition, logger } = this.options;
    try {
      await (await membership).keepPosition(topic, partition, next);
    } catch (error) {
      // Not tried again by itself: the next position says more.
      logger.debug({ err: error, topic, partition }, 'the position of a group was not kept');
    }
  }
}
