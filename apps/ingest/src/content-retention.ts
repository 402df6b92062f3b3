import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { TOPICS } from '@offramp/events';
import type { EventLog } from '@offramp/log';
import { CONFIG, type Config, EVENT_LOG, LOGGER, type Logger, NOW, type Now, type Retention } from '@offramp/service';

const TRIM_EVERY_MS = 60 * 60 * 1000;

/**
 * How long the content topic keeps what people wrote, ms. Texts and comments share it, so the longer of the two times counts;
 * the read models let go of each after its own.
 */
export function retentionMsOf({ content, comments }: Pick<Config, 'content' | 'comments'>): number {
  return Math.max(msOf(content), msOf(comments));
}

/**
 * When the content topic has lost the last copy of what is erased now, ms since 1970: what is old enough is removed at the next
 * look. Where nothing is kept, there is no copy.
 */
export function erasedByMs(config: Pick<Config, 'content' | 'comments'>, now: number): number {
  const retentionMs = retentionMsOf(config);
  return retentionMs === 0 ? now : now + retentionMs + TRIM_EVERY_MS;
}

function msOf(retention: Retention): number {
  return retention.kind === 'keep' ? retention.ms : 0;
}

/** Removes from the content topic what is older than its retention: when the process starts, and every hour. */
@Injectable()
export class ContentRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private trimming: Promise<void> = Promise.resolve();

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(NOW) private readonly now: Now,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const trim = (): void => void (this.trimming = this.trimming.then(() => this.trim()));
    trim();
    this.timer = setInterval(trim, TRIM_EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.trimming;
  }

  /** What fails now is done an hour later; nothing depends on the minute. */
  async trim(): Promise<void> {
    const before = this.now() - retentionMsOf(this.config);
    try {
      let removed = 0;
      for (let partition = 0; partition < this.log.partitions; partition++) {
        removed += await this.log.trim(TOPICS.content, partition, before);
      }
      if (removed > 0) this.logger.info({ removed }, 'texts that were kept long enough were removed');
    } catch (error) {
      this.logger.warn({ err: error }, 'texts that were kept long enough could not be removed yet');
    }
  }
}
