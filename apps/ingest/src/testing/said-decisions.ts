import { TOPICS, decisionsCodec, position, threadKey } from '@offramp/events';
import type { EventLog } from '@offramp/log';
import type { EventSource } from './event-source.js';
import { TENANT, TIME } from './ingest-app.js';

export interface Said {
  readonly partition: number;
  readonly offset: number;
  readonly index?: number;
  readonly tenant?: string;
  readonly padding?: string;
}

/** A decision as a decider would write it; `m` and its place are its message. */
export function said({ partition, offset, index = 0, tenant = TENANT, padding = '' }: Said): Uint8Array {
  const messageId = `m${partition}-${offset}-${index}${padding}`;
  const because = { kind: 'harm', category: 'abuse', score: 0.9, threshold: 0.8, messageId };
  const ladder = { stage: 'redirecting', attempts: 0, of: 3 };
  const data = {
    position: position(partition, offset),
    index,
    messageId,
    verdict: 'redirect',
    because,
    ladder,
    policy: 'p@00000000',
  };
  return decisionsCodec.encode({
    ...{ specversion: '1.0', id: `${partition}-${offset}-${index}`.padStart(32, '0'), source: tenant, subject: 't1' },
    ...{ type: 'offramp.redirect.advised.v1', time: TIME, data },
  } as unknown as Parameters<typeof decisionsCodec.encode>[0]);
}

/** In one append, in the order of each partition. */
export async function write(log: EventLog, ...all: readonly Said[]): Promise<void> {
  await log.append(
    all.map((one) => ({
      topic: TOPICS.decisions,
      partition: one.partition,
      records: [{ key: threadKey(one.tenant ?? TENANT, 't1'), value: said(one) }],
    })),
  );
}

/** The messages of the next decisions that a client gets. */
export async function take(source: EventSource, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push(messageIn((await source.next())!.data));
  return ids;
}

export function messageIn(data: string): string {
  return (JSON.parse(data) as { data: { messageId: string } }).data.messageId;
}

export const place = (partition: number, offset: number, index = 0) => ({ partition, offset, index });
export const named = ({ partition, offset, index }: ReturnType<typeof place>) => `m${partition}-${offset}-${index}`;
