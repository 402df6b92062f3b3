import { decisionsCodec, parsePosition } from '@offramp/events';

/** How far a partition is decided, and who waits for how far. */
export class Decided {
  reached = -1;
  waiting = new Map();

  async follow(log, partition, signal) {
    for (let from = 0; !signal.aborted;) {
      const { records, next } = await log.read('decisions.v1', partition, from, { waitMs: 10_000, signal });
      from = next;
      for (const { value } of records) this.take(decisionsCodec.decode(value).event);
    }
  }

  take({ type, data }) {
    if (type !== 'offramp.progress.reached.v1') return;
    this.reached = parsePosition(data.position).offset;
    for (const [of, resolve] of this.waiting) if (of <= this.reached && this.waiting.delete(of)) resolve();
  }

  async past(offset) {
    if (offset <= this.reached) return;
    await new Promise((resolve) => {
      this.waiting.set(offset, resolve);
    });
  }
}
