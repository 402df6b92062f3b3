import { Inject, Injectable } from '@nestjs/common';
import { LogTransport } from '@offramp/service';

/** Waits until everything acknowledged so far is decided and projected, for a while at most. */
@Injectable()
export class CatchUp {
  private last: Promise<void> = Promise.resolve();

  constructor(@Inject(LogTransport) private readonly transport: LogTransport) {}

  /**
   * Resolves to whether it came so far within the time. One after the other: a wait that others began earlier may end
   * without having seen what was acknowledged since, and many at once would each hurry all loops.
   */
  async within(timeoutMs: number): Promise<boolean> {
    const settled = this.last.then(() => this.transport.settle());
    this.last = settled.catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), timeoutMs);
    });
    try {
      return await Promise.race([settled.then(() => true as const), timedOut]);
    } finally {
      clearTimeout(timer);
    }
  }
}
