import { Inject, Injectable } from '@nestjs/common';
import {
  CONTENT_TYPES,
  type Content,
  type ContentEvent,
  type InboundEvent,
  type Position,
  TOPICS,
  contentCodec,
  inboundCodec,
  partitionOfThread,
  position,
  threadKey,
} from '@offramp/events';
import type { Append, EventLog, NewRecord } from '@offramp/log';
import { CONFIG, type Config, EVENT_LOG } from '@offramp/service';

/** Content without a thread lies in this partition. */
const PARTITION_OF_NO_THREAD = 0;

/** Writes events that are not messages, each together with its content. Resolves when both are durable. Throws LogError. */
@Injectable()
export class EventWriter {
  private readonly keepsComments: boolean;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CONFIG) config: Config,
  ) {
    this.keepsComments = config.comments.kind === 'keep';
  }

  /** To the partition of its thread. */
  async append(event: InboundEvent, content?: ContentEvent): Promise<Position> {
    const partition = partitionOfThread(event.source, event.subject, this.log.partitions);
    const appends = [...this.contentAppend(partition, content), inboundAppend(partition, event)];
    const offsets = await this.log.append(appends);
    return position(partition, offsets.at(-1)!);
  }

  /** To every partition, with the same id. */
  async appendEverywhere(event: InboundEvent, content?: ContentEvent): Promise<Position[]> {
    const before = this.contentAppend(PARTITION_OF_NO_THREAD, content);
    const everywhere = Array.from({ length: this.log.partitions }, (_, partition) => inboundAppend(partition, event));
    const offsets = await this.log.append([...before, ...everywhere]);
    return offsets.slice(before.length).map((offset, partition) => position(partition, offset));
  }

  private contentAppend(partition: number, content: ContentEvent | undefined): Append[] {
    if (content === undefined) return [];
    if (content.type === CONTENT_TYPES.ContentStored && !this.keepsComments) return [];
    const record = { key: keyOf(content), value: contentCodec.encode(content) };
    return [{ topic: TOPICS.content, partition, records: [record] }];
  }
}

export interface WrittenText {
  readonly kind: Content<'ContentStored'>['data']['kind'];
  readonly text: string | undefined;
  /** The message that it is about; erasing that erases this too. */
  readonly messageId?: Content<'ContentStored'>['data']['messageId'];
}

/** The text that came with an event. An empty one is none. */
export function contentOf(
  { specversion, id, source, subject, time }: InboundEvent,
  { kind, text, messageId }: WrittenText,
): Content<'ContentStored'> | undefined {
  if (text === undefined || text === '') return undefined;
  const data = { kind, eventId: id, messageId, text };
  return { specversion, id: `${id}/${kind}`, source, subject, type: CONTENT_TYPES.ContentStored, time, data };
}

function inboundAppend(partition: number, event: InboundEvent): Append {
  const record: NewRecord = { key: keyOf(event), value: inboundCodec.encode(event) };
  return { topic: TOPICS.inbound, partition, records: [record] };
}

function keyOf({ source, subject }: InboundEvent | ContentEvent): string {
  return subject === '' ? '' : threadKey(source, subject);
}
