import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { type DecisionEvent, TOPICS, type TenantId, decisionsCodec } from '@offramp/events';
import type { EventLog } from '@offramp/log';
import { EVENT_LOG, Gauge, Problem, Registry } from '@offramp/service';
import { DecisionStream } from './decision-stream.js';
import { NOTHING_READ, type PartitionPlace, decodeStreamCursor, placeAfter } from './stream-cursor.js';

/** Clients that may listen at a time; one more is told to come back. */
export const CLIENTS_MAX = 1_024;
export const HEARTBEAT_MS = 15_000;
const RETRY_AFTER_S = 1;

export interface Client {
  readonly tenant: TenantId;
  readonly lastEventId: string | undefined;
  readonly isAdmitted: () => boolean;
}

/** Everybody who listens to decisions. However many they are, each partition is read once for all of them. */
@Injectable()
export class DecisionStreams implements BeforeApplicationShutdown {
  private readonly tail: (PartitionPlace | undefined)[];
  private readonly clients = new Map<TenantId, Set<DecisionStream>>();
  private count = 0;
  private isClosed = false;
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(Registry) registry: Registry,
  ) {
    this.tail = Array.from({ length: log.partitions }, () => undefined);
    const clients = (): number => this.count;
    new Gauge({
      name: 'offramp_stream_clients',
      help: 'Clients who listen to the stream of decisions now',
      registers: [registry],
      collect() {
        this.set(clients());
      },
    });
  }

  /** From this offset on every record of the partition is taken, in order. */
  async startReading(partition: number, next: number): Promise<void> {
    this.tail[partition] = await this.placeAt(partition, next);
  }

  take(partition: number, offset: number, event: DecisionEvent | undefined): void {
    const before = this.tail[partition];
    if (before === undefined || offset < before.next) return;
    const { place, isNew } = placeAfter(before, offset, event);
    this.tail[partition] = place;
    if (!isNew || event === undefined) return;
    for (const client of this.clients.get(event.source as TenantId) ?? []) client.take(partition, { offset, event });
  }

  /**
   * A stream for one client, which goes on after `lastEventId`, or from now on, while it is admitted. Throws Problem `malformed-request` where that is
   * no id of this stream, `too-many-waiting`.
   */
  async open({ tenant, lastEventId, isAdmitted }: Client): Promise<DecisionStream> {
    if (this.isClosed || this.count >= CLIENTS_MAX) {
      throw new Problem('too-many-waiting', { detail: 'Too many clients listen', retryAfter: RETRY_AFTER_S });
    }
    const tail = this.tail.filter((place) => place !== undefined);
    // A partition that nobody reads yet would begin later than the client does.
    if (tail.length < this.tail.length) throw new Problem('unavailable', { retryAfter: RETRY_AFTER_S });
    const places = lastEventId === undefined ? tail : await this.placesIn(lastEventId);
    const stream = new DecisionStream({ tenant, isAdmitted, log: this.log, places, tail: this.tail });
    this.add(tenant, stream);
    return stream;
  }

  beforeApplicationShutdown(): void {
    this.isClosed = true;
    clearInterval(this.heartbeat);
    for (const clients of this.clients.values()) for (const client of clients) client.end();
  }

  private add(tenant: TenantId, stream: DecisionStream): void {
    const clients = this.clients.get(tenant) ?? new Set();
    this.clients.set(tenant, clients.add(stream));
    this.count++;
    this.heartbeat ??= setInterval(() => this.beat(), HEARTBEAT_MS).unref();
    stream.readable.once('close', () => {
      clients.delete(stream);
      if (clients.size === 0 && this.clients.get(tenant) === clients) this.clients.delete(tenant);
      this.count--;
    });
    stream.start().catch((error: unknown) => stream.readable.destroy(error as Error));
  }

  /** Tells everybody that the connection is alive; every `HEARTBEAT_MS`. */
  beat(): void {
    for (const clients of this.clients.values()) for (const client of clients) client.beat();
  }

  private async placesIn(lastEventId: string): Promise<readonly PartitionPlace[]> {
    const places = decodeStreamCursor(lastEventId, this.log.partitions);
    if (places === undefined) throw brokenId('It is not an id of this stream');
    for (const [partition, { next }] of places.entries()) {
      const { start, end } = await this.log.bounds(TOPICS.decisions, partition);
      if (next < start || next > end) throw brokenId('It is of another log, or of one that was there before');
    }
    return places;
  }

  /** What was said last before an offset, so that what is said again after it is known. */
  private async placeAt(partition: number, next: number): Promise<PartitionPlace> {
    const { start } = await this.log.bounds(TOPICS.decisions, partition);
    const from = { ...NOTHING_READ, next };
    if (next <= start) return from;
    const { records } = await this.log.read(TOPICS.decisions, partition, next - 1, { maxRecords: 1 });
    const [last] = records;
    if (last === undefined || last.offset >= next) return from;
    const decoded = decisionsCodec.decode(last.value);
    return { ...placeAfter(from, last.offset, decoded.kind === 'event' ? decoded.event : undefined).place, next };
  }
}

function brokenId(detail: string): Problem {
  return new Problem('malformed-request', { detail: `Last-Event-ID: ${detail}; connect without it to begin anew` });
}
