import { Inject, Injectable } from '@nestjs/common';
import { type Assessor, mergeEvidence } from '@offramp/assess';
import {
  type Evidence,
  type Position,
  TOPICS,
  type TenantId,
  partitionOfThread,
  position,
  threadKey,
} from '@offramp/events';
import type { Append, EventLog, NewRecord } from '@offramp/log';
import { CONFIG, type Config, EVENT_LOG, NOW, type Now, invalidBody } from '@offramp/service';
import { ASSESSOR } from '../tokens.js';
import { MessageMetrics } from './message-metrics.js';
import type { MessageRequest } from './message-request.js';
import { contentOf, encodeInOrder, messagePosted } from './posted-message.js';

/** A checked request with the evidence that goes to the log. */
export interface AssessedRequest {
  readonly request: MessageRequest;
  readonly partition: number;
  readonly evidence: Evidence | undefined;
}

/** Where a message stands on `inbound.v1`, durable. */
export interface Placed {
  readonly partition: number;
  readonly offset: number;
  readonly position: Position;
}

/** What is said of a message beside the platform's own words, on single posts only. */
export interface Marks {
  readonly seen?: Position | undefined;
  readonly verdictWanted?: boolean;
}

/** Takes messages in: checks what no schema can, assesses, and writes text and message to the log in one append. */
@Injectable()
export class MessageIntake {
  private readonly keepsText: boolean;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CONFIG) config: Config,
    @Inject(NOW) private readonly now: Now,
    @Inject(ASSESSOR) private readonly assessor: Assessor | undefined,
    @Inject(MessageMetrics) private readonly metrics: MessageMetrics,
  ) {
    this.keepsText = config.content.kind === 'keep';
  }

  /** The partition of the request's thread. Throws Problem where the message cannot be what it says. */
  check(tenant: TenantId, request: MessageRequest): number {
    const { threadId, messageId, parentId, seen } = request;
    if (parentId === messageId) throw invalidBody('/parentId', 'A message cannot be its own parent');
    const partition = partitionOfThread(tenant, threadId, this.log.partitions);
    if (seen !== undefined && !seen.startsWith(`${partition}:`)) {
      throw invalidBody(
        '/seen',
        `This thread is in partition ${partition}; seen is the position that a verdict of it gave`,
      );
    }
    return partition;
  }

  /**
   * What the message shows. Only a user's message is assessed: nothing that the assistant says counts against anybody. Not
   * a promise where nothing has to be waited for, since lines come by the thousand.
   */
  evidenceOf(request: MessageRequest): Evidence | undefined | Promise<Evidence | undefined> {
    const { role, text, context, evidence: platform } = request;
    if (role !== 'user' || text === undefined || this.assessor === undefined) return mergeEvidence(platform, undefined);
    const own = this.assessor.assess({ role, text, ...(context && { context }) });
    if (!(own instanceof Promise)) return mergeEvidence(platform, own);
    return own.then((evidence) => mergeEvidence(platform, evidence));
  }

  /**
   * Resolves when all are durable, with their places, in order. The append is handed to the log before this returns, so the
   * order of calls is the order on the log. Throws LogError.
   */
  async write(tenant: TenantId, requests: readonly AssessedRequest[], marks: Marks = {}): Promise<Placed[]> {
    const time = new Date(this.now()).toISOString();
    const content = new PartitionRecords(TOPICS.content);
    const inbound = new PartitionRecords(TOPICS.inbound);
    for (const { request, partition, evidence } of requests) {
      const key = threadKey(tenant, request.threadId);
      const seen = request.seen ?? marks.seen;
      const verdictWanted = marks.verdictWanted === true ? true : undefined;
      const posted = messagePosted(request, { tenant, time, evidence, seen, verdictWanted });
      inbound.add(partition, { key, value: encodeInOrder(posted) });
      if (!this.keepsText) continue;
      for (const stored of contentOf(request, posted)) content.add(partition, { key, value: encodeInOrder(stored) });
    }
    if (requests.length === 0) return [];
    // Texts first: a message that is decided about has its text, if any, on the log before it.
    const texts = content.appends();
    const messages = inbound.appends();
    const firsts = await this.log.append([...texts, ...messages]);
    this.metrics.accepted(requests.length);
    const next = new Map(messages.map(({ partition }, at) => [partition, firsts[texts.length + at]!]));
    return requests.map(({ partition }) => {
      const offset = next.get(partition)!;
      next.set(partition, offset + 1);
      return { partition, offset, position: position(partition, offset) };
    });
  }
}

/** Records of one topic, by partition, in order. */
class PartitionRecords {
  private readonly byPartition = new Map<number, NewRecord[]>();

  constructor(private readonly topic: Append['topic']) {}

  add(partition: number, record: NewRecord): void {
    const records = this.byPartition.get(partition);
    if (records === undefined) this.byPartition.set(partition, [record]);
    else records.push(record);
  }

  appends(): Append[] {
    return [...this.byPartition].map(([partition, records]) => ({ topic: this.topic, partition, records }));
  }
}
