import type { ParkedDetails, ParkedThread, ParkedThreads, Released } from '@offramp/read-models';
import type { Api } from './api.js';
import { askAtRest } from './at-rest.js';
import { badUsage } from './exits.js';
import { dataDirectory, withServer } from './installation.js';
import { withOwnReadModels } from './own-read-models.js';
import { type Session, interruptible } from './session.js';

export interface ThreadName {
  readonly tenant: string;
  readonly threadId: string;
}

export interface Request extends ThreadName {
  readonly by: string;
  readonly reason: string;
}

/** Threads that wait because something in them cannot be projected. A thread that is not parked fails with a sentence. */
export interface DeadLetters {
  list(): Promise<readonly ParkedThread[]>;
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
    await withOwnReadModels(session, ({ readModels: { parked } }) => use(ofDatabase(parked), signal));
  });
}

function seenIn(parked: Pick<ParkedThreads, 'list' | 'show'>): SeenDeadLetters {
  return {
    list: () => parked.list(),
    show: async ({ tenant, threadId }) => found(await parked.show(tenant, threadId), threadId),
  };
}

function ofDatabase(parked: ParkedThreads): DeadLetters {
  return {
    ...seenIn(parked),
    retry: async (request) => found(await parked.retry(request), request.threadId),
    discard: async (request) => found(await parked.discard(request), request.threadId),
  };
}

/** What a list and a thread are; nothing is projected because somebody asks. */
export type SeenDeadLetters = Pick<DeadLetters, 'list' | 'show'>;

export function lookAtDeadLetters(session: Session, use: (dead: SeenDeadLetters) => Promise<void>): Promise<void> {
  if (session.env['OFFRAMP_KAFKA_BROKERS']) return withDeadLetters(session, use);
  return interruptible((signal) =>
    askAtRest(session, {
      signal,
      ask: (api) => use(ofServer(api)),
      look: (readModels) => use(readModels === undefined ? NONE : seenIn(readModels.parked)),
    }),
  );
}

const NONE = seenIn({ list: async () => [], show: async () => undefined });

function ofServer(api: Api): DeadLetters {
  return {
    list: async () => (await api.get<{ data: readonly ParkedThread[] }>('/admin/v1/dead')).data,
    show: ({ tenant, threadId }) => api.get<ParkedDetails>('/admin/v1/dead/thread', { tenant, threadId }),
    retry: async (request) => (await api.post<Released>('/admin/v1/dead/retry', request)).body,
    discard: async (request) => (await api.post<Released>('/admin/v1/dead/discard', request)).body,
  };
}

function found<Value>(value: Value | undefined, threadId: string): Value {
  if (value === undefined) throw badUsage(`The thread ${threadId} is not parked.`);
  return value;
}
