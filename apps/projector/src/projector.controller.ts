import { Controller, Inject } from '@nestjs/common';
import { TOPICS, contentCodec } from '@offramp/events';
import { type EventLog, LogError, type MergedStream, type StoredRecord, createMergedStream } from '@offramp/log';
import type { Applied, ContentEntry, ReadModels } from '@offramp/read-models';
import { type Batch, BatchHandler, EVENT_LOG, LOGGER, type Logger } from '@offramp/service';
import { GROUP, ProjectionMetrics } from './projection-metrics.js';
import { READ_MODELS } from './tokens.js';

/** Entries of one transaction: larger ones gain nothing, and what is in memory is bounded by it. */
const ENTRIES_MAX = 2000;
/** Read models may lag a moment behind, and one commit for many short batches of the decider costs far less. */
const LINGER_MS = 200;

interface OwnedEvents {
  readonly epoch: number;
  readonly stream: MergedStream;
  /** The next input that is not projected. */
  next: number;
}

interface OwnedContents {
  readonly epoch: number;
  next: number;
}

/*
 * Invariants VIEW and NO-DUP. Rows and the cursor that says how far they are stand in one transaction; whoever takes a
 * partition over claims a new epoch, and batches of the owner before it change nothing from there on.
 *
 * Standalone, log and database share a disk. Nothing is projected while the log refuses to write for want of room: the room
 * that it keeps free would go to the database, and a database that meets the very end of a disk may not come back.
 */
@Controller()
export class ProjectorController {
  private readonly events = new Map<number, OwnedEvents>();
  private readonly contents = new Map<number, OwnedContents>();

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(ProjectionMetrics) private readonly metrics: ProjectionMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @BatchHandler({ topic: TOPICS.decisions, group: GROUP, lingerMs: LINGER_MS, maxRecords: ENTRIES_MAX })
  async onDecisions({ partition, records, assigned, revoked }: Batch): Promise<number> {
    if (assigned || revoked) this.events.delete(partition);
    if (revoked) return 0;
    if (assigned) return this.claimEvents(partition);
    await this.log.checkRoom();
    const owned = this.events.get(partition)!;
    const { stream } = owned;
    const repeatsBefore = stream.repeats;
    for await (const { entries, cursor } of stream.take(records, ENTRIES_MAX)) {
      const batch = { partition, epoch: owned.epoch, from: owned.next, entries, next: cursor };
      const applied = await this.metrics.timed(TOPICS.decisions, () => this.readModels.events.apply(batch));
      refuseUnlessApplied(applied, TOPICS.decisions, partition);
      this.tellParked(TOPICS.decisions, partition, applied);
      owned.next = cursor.inbound;
    }
    this.metrics.decisions.repeated(stream.repeats - repeatsBefore);
    return records.at(-1)!.offset + 1;
  }

  @BatchHandler({ topic: TOPICS.content, group: GROUP, lingerMs: LINGER_MS, maxRecords: ENTRIES_MAX })
  async onContent({ partition, records, assigned, revoked }: Batch): Promise<number> {
    if (assigned || revoked) this.contents.delete(partition);
    if (revoked) return 0;
    if (assigned) return this.claimContents(partition);
    await this.log.checkRoom();
    const owned = this.contents.get(partition)!;
    const { entries, unknown } = entriesOf(records);
    const next = unknown?.offset ?? records.at(-1)!.offset + 1;
    const batch = { partition, epoch: owned.epoch, from: owned.next, entries, next };
    const applied = await this.metrics.timed(TOPICS.content, () => this.readModels.contents.apply(batch));
    refuseUnlessApplied(applied, TOPICS.content, partition);
    this.tellParked(TOPICS.content, partition, applied);
    owned.next = next;
    this.metrics.content.quarantined(entries.filter(({ event }) => event === null).length);
    if (unknown === undefined) return next;
    const what = `events of type ${unknown.type} are unknown here`;
    const stop = `${TOPICS.content} ${partition}:${next}: ${what}. Upgrade the projectors; nothing was skipped.`;
    throw Object.assign(new LogError(stop, false), { handledTo: next });
  }

  private tellParked(topic: keyof typeof PARKS, partition: number, { parked = [] }: Pick<Applied, 'parked'>): void {
    for (const { offset, cause } of parked) {
      const position = `${partition}:${offset}`;
      this.logger.error({ position, cause }, PARKS[topic]);
    }
  }

  private async claimEvents(partition: number): Promise<number> {
    const { epoch, cursor } = await this.readModels.events.claim(partition);
    const stream = createMergedStream(this.log, partition, cursor);
    this.events.set(partition, { epoch, stream, next: cursor.inbound });
    return cursor.decisions;
  }

  /** Texts are kept for a time only: what retention has removed before it was projected is gone, and nothing waits for it. */
  private async claimContents(partition: number): Promise<number> {
    const { epoch, next } = await this.readModels.contents.claim(partition);
    const { start } = await this.log.bounds(TOPICS.content, partition);
    this.contents.set(partition, { epoch, next });
    return Math.max(next, start);
  }
}

const PARKS = {
  [TOPICS.decisions]: 'an event cannot be projected and its thread waits: see `offramp dead`',
  [TOPICS.content]: 'a text cannot be stored and those of its thread wait: see `offramp dead`',
} as const;

interface ContentsOf {
  readonly entries: readonly ContentEntry[];
  /** What only a newer program understands: it may be an erasure, so nothing goes on past it. */
  readonly unknown?: { readonly offset: number; readonly type: string };
}

function entriesOf(records: readonly StoredRecord[]): ContentsOf {
  const entries: ContentEntry[] = [];
  for (const { offset, value } of records) {
    const decoded = contentCodec.decode(value);
    if (decoded.kind === 'unknown') return { entries, unknown: { offset, type: decoded.type } };
    entries.push({ offset, event: decoded.kind === 'event' ? decoded.event : null });
  }
  return { entries };
}

/** After a refusal the transport asks again where to start, and the claim says so. */
function refuseUnlessApplied({ kind }: { readonly kind: string }, topic: string, partition: number): void {
  if (kind === 'applied') return;
  const why = kind === 'gap' ? 'it begins after what is projected' : 'another projector has taken the partition over';
  throw new LogError(`A batch of ${topic} ${partition} was not projected: ${why}`, true);
}
