import { Controller, Inject } from '@nestjs/common';
import { DEAD_TYPES, type Dead, SOURCE_OF_PARTITION, TOPICS, deadCodec, position } from '@offramp/events';
import type { EventLog, StoredRecord } from '@offramp/log';
import {
  type Batch,
  BatchHandler,
  EVENT_LOG,
  NOW,
  type Now,
  Problem,
  type RecordCounts,
  RecordMetrics,
} from '@offramp/service';
import { judgeInOrder } from '../messages/in-order.js';
import { type AssessedRequest, MessageIntake } from '../messages/message-intake.js';
import { type RawMessage, type Rejected, readRaw, rejected } from './raw-record.js';

/*
 * `raw.v1`, the topic that a platform writes itself. A record is taken at least once: the group learns only now and then
 * where it is, and what was taken since comes again after a crash. It has one effect, because the decider knows the ids of
 * messages. One batch of a partition is in memory, and the next is read when it is durable; so a slow assessor or a slow log
 * is waited for, and nothing fills up.
 */

const GROUP = 'ingest-raw';
/** Assessments of this process at a time, shared by its partitions; an assessor takes twice as many, and others ask it too. */
const ASSESSED_AT_ONCE = 128;

type Judged = { readonly assessed: AssessedRequest } | { readonly rejected: Rejected & { readonly offset: number } };

@Controller()
export class RawController {
  private readonly assessedAtOnce: number;
  private readonly counts: RecordCounts;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(MessageIntake) private readonly intake: MessageIntake,
    @Inject(NOW) private readonly now: Now,
    @Inject(RecordMetrics) records: RecordMetrics,
  ) {
    this.assessedAtOnce = Math.max(1, Math.floor(ASSESSED_AT_ONCE / log.partitions));
    this.counts = records.of(TOPICS.raw, GROUP);
  }

  @BatchHandler({ topic: TOPICS.raw, group: GROUP, startsAtPosition: true })
  async onRaw({ partition, records, assigned, revoked, position: kept }: Batch): Promise<number> {
    if (revoked) return 0;
    if (assigned) return kept ?? (await this.log.bounds(TOPICS.raw, partition)).start;
    const judged = await judgeInOrder(records, this.assessedAtOnce, (record) => this.judge(record));
    await this.reject(
      partition,
      judged.flatMap((each) => ('rejected' in each ? [each.rejected] : [])),
    );
    await this.intake.write(judged.flatMap((each) => ('assessed' in each ? [each.assessed] : [])));
    return records.at(-1)!.offset + 1;
  }

  private judge(record: StoredRecord): Judged | Promise<Judged> {
    const { offset } = record;
    const read = readRaw(record);
    if (read.kind === 'rejected') return { rejected: { ...read.rejected, offset } };
    const assessed = this.assess(read.message);
    if ('cause' in assessed) return { rejected: { ...assessed, offset } };
    return assessed instanceof Promise ? assessed.then((late) => ({ assessed: late })) : { assessed };
  }

  /** Rejected: for what no schema can find wrong with it. */
  private assess(message: RawMessage): AssessedRequest | Promise<AssessedRequest> | Rejected {
    try {
      return this.intake.assess(message.tenant, message);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const pointer = error.document.errors?.[0]?.pointer ?? '';
      return rejected(message.tenant, 'invalid', pointer.slice(1)).rejected;
    }
  }

  /** What is wrong with a record is durable before the group goes on past it. */
  private async reject(partition: number, all: readonly (Rejected & { readonly offset: number })[]): Promise<void> {
    if (all.length === 0) return;
    const time = new Date(this.now()).toISOString();
    const records = all.map(({ tenant, cause, field, offset }) => {
      const at = position(partition, offset);
      const dead: Dead<'RecordRejected'> = {
        specversion: '1.0',
        // The same for the same record, so that one that is handled twice is seen to be one.
        id: `${TOPICS.raw}/${at}`,
        source: tenant ?? SOURCE_OF_PARTITION,
        subject: '',
        type: DEAD_TYPES.RecordRejected,
        time,
        data: { topic: TOPICS.raw, position: at, cause, field },
      };
      return { key: '', value: deadCodec.encode(dead) };
    });
    await this.log.append([{ topic: TOPICS.dead, partition, records }]);
    this.counts.quarantined(all.length);
  }
}
