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
import type { EventLog, NewRecord } from '@offramp/log';
import { CONFIG, type Config, EVENT_LOG, NOW, type Now, invalidBody } from '@offramp/service';
import { ClockCheck } from '../clock/clock-check.js';
import { ASSESSOR } from '../tokens.js';
import { MessageMetrics } from './message-metrics.js';
import type { MessageRequest } from './message-request.js';
import { contentOf, encodeInOrder, messagePosted } from './posted-message.js';

/** A checked request with the evidence that goes to the log. */
export interface AssessedRequest {
  readonly tenant: TenantId;
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
    @Inject(ClockCheck) private readonly clock: ClockCheck,
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

  /** Checked, and with what it shows. Not a promise where nothing has to be waited for; see `evidenceOf`. Throws Problem. */
  assess(tenant: TenantId, request: MessageRequest): AssessedRequest | Promise<AssessedRequest> {
    const partition = this.check(tenant, request);
    const evidence = this.evidenceOf(request);
    if (!(evidence instanceof Promise)) return { tenant, request, partition, evidence };
    return evidence.then((late) => ({ tenant, request, partition, evidence: late }));
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
   * Resolves when all are durable, with their places, in order. The appends are handed to the log before this returns, so
   * the order of calls is the order in a partition. Throws LogError; what was to be written may be there then or not, and
   * nothing of it is on its way any more.
   */
  async write(requests: readonly AssessedRequest[], marks: Marks = {}): Promise<Placed[]> {
    const time = new Date(this.now()).toISOString();
    const content = new PartitionRecords();
    const inbound = new PartitionRecords();
    for (const { tenant, request, partition, evidence } of requests) {
      const key = threadKey(tenant, request.threadId);
      const seen = request.seen ?? marks.seen;
      const verdictWanted = marks.verdictWanted === true ? true : undefined;
      const posted = messagePosted(request, { tenant, time, evidence, seen, verdictWanted });
      inbound.add(partition, { key, value: encodeInOrder(posted) });
      if (!this.keepsText) continue;
      for (const stored of contentOf(request, posted)) content.add(partition, { key, value: encodeInOrder(stored) });
    }
    const next = await this.append(content, inbound);
    this.metrics.accepted(requests.length);
    return requests.map(({ partition }) => {
      const offset = next.get(partition)!;
      next.set(partition, offset + 1);
      return { partition, offset, position: position(partition, offset) };
    });
  }

  /** The partitions side by side; the offset of the first message in each. */
  private async append(content: PartitionRecords, inbound: PartitionRecords): Promise<Map<number, number>> {
    const appending = [...inbound.byPartition].map(async ([partition, messages]) => {
      const texts = content.byPartition.get(partition);
      // Texts first: a message that is decided about has its text, if any, on the log before it.
      const before = texts === undefined ? [] : [{ topic: TOPICS.content, partition, records: texts }];
      const began = performance.now();
      const offsets = await this.log.append([...before, { topic: TOPICS.inbound, partition, records: messages }]);
      const offset = offsets.at(-1)!;
      this.clock.appended({ topic: TOPICS.inbound, partition, offset, began, ended: performance.now() });
      return [partition, offset] as const;
    });
    // All are waited for, also where one has failed: whoever tries again must not overtake what is still under way.
    await Promise.allSettled(appending);
    return new Map(await Promise.all(appending));
  }
}

/** Records of one topic, by partition, in order. */
class PartitionRecords {
  readonly byPartition = new Map<number, NewRecord[]>();

  add(partition: number, record: NewRecord): void {
    const records = this.byPartition.get(partition);
    if (records === undefined) this.byPartition.set(partition, [record]);
    else records.push(record);
  }
}
