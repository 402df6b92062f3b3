import { type EventLog, type RejectedRecord, rejectedRecords } from '@offramp/log';
import type {
  ParkedDetails,
  ParkedThread,
  ParkedThreads,
  ParkedTopic,
  QuarantinedRecord,
  Released,
} from '@offramp/read-models';
import type { Api } from './api.js';
import { askAtRest } from './at-rest.js';
import { badUsage } from './exits.js';
import { dataDirectory, withServer } from './installation.js';
import { withOwnReadModels } from './own-read-models.js';
import { type Session, interruptible } from './session.js';

/** `topic`: what of the thread is meant; absent: what is parked, and its events before its texts. */
export interface ThreadName {
  readonly tenant: string;
  readonly threadId: string;
  readonly topic?: ParkedTopic | undefined;
}

/** Records that could not be read: of inbound.v1 by the decider, of raw.v1 by an ingest. The bytes stay where they are. */
export interface LeftAside {
  readonly quarantined: readonly QuarantinedRecord[];
  readonly rejected: readonly RejectedRecord[];
}

/** Of each kind, and of rejected ones of each partition. */
const RECORDS_MAX = 1_000;

export interface Request extends ThreadName {
  readonly by: string;
  readonly reason: string;
}

/** Threads of which something waits, because it cannot be projected or stored. A thread that is not parked fails with a sentence. */
export interface DeadLetters {
  list(): Promise<readonly ParkedThread[]>;
  /** Those that belong to no thread, and that nothing waits for. */
  records(): Promise<LeftAside>;
  show(thread: ThreadName): Promise<ParkedDetails>;
  retry(request: Request): Promise<Released>;
  discard(request: Request): Promise<Released>;
}

type Use = (dead: DeadLetters, signal: AbortSignal) => Promise<void>;

export function withDeadLetters(session: Session, use: Use): Promise<void> {
  const { env } = session;
  return interruptible(async (signal) => {
    if (!env['OFFRAMP_KAFKA_BROKERS']) {
      return withServer({ directory: dataDirectory(env), env, signal }, (api) => use(ofServer(api), signal));
    }
    await withOwnReadModels(session, ({ readModels: { parked }, log }) => use(ofDatabase(parked, log), signal));
  });
}

type Seen = Pick<ParkedThreads, 'list' | 'show' | 'quarantined'>;

function seenIn(parked: Seen, rejected: () => Promise<LeftAside['rejected']>): SeenDeadLetters {
  return {
    list: () => parked.list(),
    records: async () => ({
      quarantined: await parked.quarantined(RECORDS_MAX),
      rejected: await rejected(),
    }),
    show: async ({ tenant, threadId, topic }) => found(await parked.show(tenant, threadId, topic), threadId),
  };
}

function ofDatabase(parked: ParkedThreads, log: () => Promise<EventLog>): DeadLetters {
  return {
    ...seenIn(parked, async () => rejectedRecords(await log(), RECORDS_MAX)),
    retry: async (request) => found(await parked.retry(request), request.threadId),
    discard: async (request) => found(await parked.discard(request), request.threadId),
  };
}

/** What a list and a thread are; nothing is projected because somebody asks. */
export type SeenDeadLetters = Pick<DeadLetters, 'list' | 'records' | 'show'>;

export function lookAtDeadLetters(session: Session, use: (dead: SeenDeadLetters) => Promise<void>): Promise<void> {
  if (session.env['OFFRAMP_KAFKA_BROKERS']) return withDeadLetters(session, use);
  return interruptible((signal) =>
    askAtRest(session, {
      signal,
      ask: (api) => use(ofServer(api)),
      look: (readModels) => use(readModels === undefined ? NONE : seenIn(readModels.parked, noneRejected)),
    }),
  );
}

/** Only an ingest over Kafka reads raw.v1. */
const noneRejected = async () => [];
const NONE = seenIn({ list: async () => [], quarantined: async () => [], show: async () => undefined }, noneRejected);

function ofServer(api: Api): DeadLetters {
  return {
    list: async () => (await api.get<{ data: readonly ParkedThread[] }>('/admin/v1/dead')).data,
    records: () => api.get<LeftAside>('/admin/v1/dead/records'),
    show: (thread) => api.get<ParkedDetails>('/admin/v1/dead/thread', { ...thread }),
    retry: async (request) => (await api.post<Released>('/admin/v1/dead/retry', request)).body,
    discard: async (request) => (await api.post<Released>('/admin/v1/dead/discard', request)).body,
  };
}

function found<Value>(value: Value | undefined, threadId: string): Value {
  if (value === undefined) throw badUsage(`The thread ${threadId} is not parked.`);
  return value;
}
