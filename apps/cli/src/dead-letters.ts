import type { ParkedDetails, ParkedThread, ParkedTopic, Released } from '@offramp/read-models';
import type { Api } from './api.js';
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

export interface Request extends ThreadName {
  readonly by: string;
  readonly reason: string;
}

/** Threads of which something waits, because it cannot be projected or stored. A thread that is not parked fails with a sentence. */
export interface DeadLetters {
  list(): Promise<readonly ParkedThread[]>;
  show(thread: ThreadName): Promise<ParkedDetails>;
  retry(request: Request): Promise<Released>;
  discard(request: Request): Promise<Released>;
}

export function withDeadLetters(session: Session, use: (dead: DeadLetters) => Promise<void>): Promise<void> {
  const { env } = session;
  return interruptible(async (signal) => {
    if (!env['OFFRAMP_KAFKA_BROKERS']) {
      return withServer({ directory: dataDirectory(env), env, signal }, (api) => use(ofServer(api)));
    }
    await withOwnReadModels(session, ({ readModels: { parked } }) =>
      use({
        list: () => parked.list(),
        show: async ({ tenant, threadId, topic }) => found(await parked.show(tenant, threadId, topic), threadId),
        retry: async (request) => found(await parked.retry(request), request.threadId),
        discard: async (request) => found(await parked.discard(request), request.threadId),
      }),
    );
  });
}

function ofServer(api: Api): DeadLetters {
  return {
    list: async () => (await api.get<{ data: readonly ParkedThread[] }>('/admin/v1/dead')).data,
    show: (thread) => api.get<ParkedDetails>('/admin/v1/dead/thread', { ...thread }),
    retry: async (request) => (await api.post<Released>('/admin/v1/dead/retry', request)).body,
    discard: async (request) => (await api.post<Released>('/admin/v1/dead/discard', request)).body,
  };
}

function found<Value>(value: Value | undefined, threadId: string): Value {
  if (value === undefined) throw badUsage(`The thread ${threadId} is not parked.`);
  return value;
}
