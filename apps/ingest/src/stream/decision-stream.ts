import { Readable } from 'node:stream';
import { DECISION_TYPES, type DecisionEvent, TOPICS, type TenantId, decisionsCodec } from '@offramp/events';
import type { EventLog } from '@offramp/log';
import { type PartitionPlace, encodeStreamCursor, placeAfter } from './stream-cursor.js';

/** What waits for a client that does not read; one that falls behind further is cut off, and goes on from its last id. */
export const BUFFER_BYTES_MAX = 4 * 1024 * 1024;
/** History that is read ahead of the client. */
const AHEAD_BYTES = 256 * 1024;
/** Read of history at a time. */
const READ = { maxRecords: 500, maxBytes: 1024 * 1024 };
/** Decisions that come from the tail while the last of history is read. */
const PENDING_MAX = 10_000;
/** How long a browser waits before it connects again, ms. */
const RETRY_MS = 2_000;

/** A record of decisions.v1 as the tail read it. */
export interface TailRecord {
  readonly offset: number;
  readonly event: DecisionEvent | undefined;
}

export interface DecisionStreamOptions {
  readonly tenant: TenantId;
  /** Whether the client may still listen: its key may be revoked meanwhile. */
  readonly isAdmitted: () => boolean;
  readonly log: EventLog;
  /** Where the client goes on, by partition. */
  readonly places: readonly PartitionPlace[];
  /** How far the tail that all clients share is; it goes on meanwhile. */
  readonly tail: readonly (PartitionPlace | undefined)[];
}

/**
 * The decisions of one tenant for one client. History is read for it alone and no faster than it takes it; then it is fed by the
 * tail that all clients share. A partition comes over to the tail in three steps, so that nothing is lost or said twice in
 * between: what the tail reads is kept, what is missing before that is read, what was kept is given.
 */
export class DecisionStream {
  readonly readable: Readable;
  private readonly places: PartitionPlace[];
  private readonly pending: TailRecord[][];
  private pendingCount = 0;
  private mode: 'history' | 'joining' | 'live' | 'ended' = 'history';
  private wanted: (() => void) | undefined;

  constructor(private readonly options: DecisionStreamOptions) {
    this.places = [...options.places];
    this.pending = this.places.map(() => []);
    this.readable = new Readable({
      highWaterMark: AHEAD_BYTES,
      read: () => this.wanted?.(),
      destroy: (error, done) => {
        this.wanted?.();
        done(error);
      },
    });
  }

  /** Sends where the client is, then history, and resolves when the tail feeds it, or when it has gone. */
  async start(): Promise<void> {
    await this.write(`retry: ${RETRY_MS}\nid: ${this.cursor()}\n\n`);
    // Once without the tail, however long that takes; then what came meanwhile, which is little.
    await this.readAll((partition) => this.options.tail[partition]!.next);
    if (this.isOver()) return;
    this.mode = 'joining';
    const joinedAt = this.options.tail.map((place) => place!.next);
    await this.readAll((partition) => joinedAt[partition]!);
    if (this.isOver()) return;
    for (const [partition, records] of this.pending.entries()) {
      for (const record of records) this.give(partition, record);
      records.length = 0;
    }
    this.mode = 'live';
  }

  /** From the tail, after it has moved. */
  take(partition: number, record: TailRecord): void {
    if (this.isOver() || this.mode === 'history') return;
    if (this.mode === 'live') {
      this.give(partition, record);
      return;
    }
    this.pending[partition]!.push(record);
    if (++this.pendingCount > PENDING_MAX) this.cutOff();
  }

  /** A comment, so that what lies between knows that the connection is alive. */
  beat(): void {
    if (!this.isOver() && this.mode === 'live') this.push(': heartbeat\n\n');
  }

  end(): void {
    if (this.readable.destroyed || this.mode === 'ended') return;
    this.mode = 'ended';
    this.readable.push(null);
  }

  /** Nothing more is sent: the client has gone, the process ends, or the client's key was revoked. */
  private isOver(): boolean {
    if (!this.options.isAdmitted()) this.end();
    return this.readable.destroyed || this.mode === 'ended';
  }

  private give(partition: number, { offset, event }: TailRecord): void {
    if (offset < this.places[partition]!.next) return;
    const text = this.textOf(partition, { offset, event });
    if (text !== undefined) this.push(text);
  }

  /** Moves on, and says what the client has to get. */
  private textOf(partition: number, { offset, event }: TailRecord): string | undefined {
    const { place, isNew } = placeAfter(this.places[partition]!, offset, event);
    this.places[partition] = place;
    if (!isNew || event === undefined || event.type === DECISION_TYPES.Progress) return undefined;
    if (event.source !== this.options.tenant) return undefined;
    return `id: ${this.cursor()}\ndata: ${decisionsCodec.encode(event).toString('utf8')}\n\n`;
  }

  /** Where the client is: where the tail is further, the client has seen all that concerns it up to there. */
  private cursor(): string {
    const { tail } = this.options;
    if (this.mode !== 'live') return encodeStreamCursor(this.places);
    return encodeStreamCursor(this.places.map((own, at) => ({ ...own, next: Math.max(own.next, tail[at]!.next) })));
  }

  private async readAll(until: (partition: number) => number): Promise<void> {
    for (const partition of this.places.keys()) {
      while (!this.isOver() && this.places[partition]!.next < until(partition)) {
        if (!(await this.readOn(partition))) break;
      }
    }
  }

  /** Whether there was anything. */
  private async readOn(partition: number): Promise<boolean> {
    const { log } = this.options;
    const { next } = this.places[partition]!;
    const { records, next: readTo } = await log.read(TOPICS.decisions, partition, next, READ);
    for (const { offset, value } of records) {
      const decoded = decisionsCodec.decode(value);
      const text = this.textOf(partition, { offset, event: decoded.kind === 'event' ? decoded.event : undefined });
      if (text !== undefined) await this.write(text);
    }
    if (readTo > this.places[partition]!.next) this.places[partition] = { ...this.places[partition]!, next: readTo };
    return readTo > next;
  }

  /** Waits until the client takes more. */
  private async write(text: string): Promise<void> {
    if (this.isOver() || this.readable.push(text)) return;
    await new Promise<void>((resolve) => {
      this.wanted = resolve;
    });
    this.wanted = undefined;
  }

  private push(text: string): void {
    if (this.isOver()) return;
    this.readable.push(text);
    if (this.readable.readableLength > BUFFER_BYTES_MAX) this.cutOff();
  }

  private cutOff(): void {
    this.readable.destroy();
  }
}
