import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ReadModels } from '@offramp/read-models';
import { CONFIG, type Config, LOGGER, type Logger, NOW, type Now } from '@offramp/service';
import { READ_MODELS } from './tokens.js';

const EXPIRE_EVERY_MS = 60 * 60 * 1000;

/** What people wrote beside messages: it has a retention of its own. */
const COMMENTS = ['comment', 'review-reason', 'proposal-reason', 'policy-reason'] as const;

/** Removes texts from the read models when their time is over: when the process starts, and every hour. */
@Injectable()
export class ContentExpiry implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private expiring: Promise<void> = Promise.resolve();

  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(NOW) private readonly now: Now,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const expire = (): void => void (this.expiring = this.expiring.then(() => this.expire()));
    expire();
    this.timer = setInterval(expire, EXPIRE_EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.expiring;
  }

  /** What fails now is done an hour later; nothing depends on the minute. */
  async expire(): Promise<void> {
    const { content, comments } = this.config;
    try {
      const { contents } = this.readModels;
      const messages = await contents.expire(['message'], this.oldest(content));
      const others = await contents.expire(COMMENTS, this.oldest(comments));
      if (messages + others > 0) this.logger.info({ messages, others }, 'texts whose time was over were removed');
    } catch (error) {
      this.logger.warn({ err: error }, 'texts whose time is over could not be removed yet');
    }
  }

  /** Where nothing is kept, what an earlier configuration has kept goes, too. */
  private oldest(retention: Config['content']): Date {
    return new Date(this.now() - (retention.kind === 'keep' ? retention.ms : 0));
  }
}
