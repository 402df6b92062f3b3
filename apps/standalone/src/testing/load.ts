import { messageEventId } from '@offramp/events';
import type { Random } from './random.js';

/*
 * A platform in trouble: threads that abuse, calm down, are at risk, fork and repeat themselves, posted one by one and in
 * bulk, by many at a time. What was acknowledged is written down; what was cut off is posted again with the same id, as a
 * platform does that got no answer.
 */

/** Event id (`tenant/thread/message`) → the positions that were acknowledged for it. */
export type Acknowledged = Map<string, Set<string>>;

interface Body {
  readonly threadId: string;
  readonly messageId: string;
  readonly parentId: string | null;
  readonly role: 'user' | 'assistant';
  readonly text?: string;
  readonly evidence?: unknown;
  readonly seen?: string;
}

interface Thread {
  readonly threadId: string;
  readonly messageIds: string[];
  count: number;
  seen: string | undefined;
}

export interface Load {
  /** Posts until the server is gone. Never rejects. */
  run(url: string): Promise<void>;
  readonly acknowledged: Acknowledged;
  /** Resolves when so many more messages were acknowledged. */
  more(messages: number): Promise<void>;
}

const SINGLE_WRITERS = 6;
const BULK_WRITERS = 2;
const BULK_LINES = 40;
/** A thread is left alone after so many messages, and another one begins. */
const THREAD_MESSAGES = 24;

export function createLoad(random: Random): Load {
  const acknowledged: Acknowledged = new Map();
  /** Posted and not answered yet, or never: posted again after the next start. */
  const unanswered: Body[] = [];
  let threads = 0;
  let count = 0;
  let awaited: { readonly count: number; readonly reached: () => void } | undefined;

  function newThread(): Thread {
    return { threadId: `t${threads++}/ö`, messageIds: [], count: 0, seen: undefined };
  }

  /** Mostly goes on with the line, sometimes edits or retries something earlier. */
  function next(thread: Thread): Body {
    const { threadId, messageIds, seen } = thread;
    const number = thread.count++;
    const role = number % 2 === 0 ? 'user' : 'assistant';
    const at = random.chance(0.9) ? messageIds.length - 1 : random.below(messageIds.length + 1) - 1;
    const body = { threadId, messageId: `m${number}`, parentId: messageIds[at] ?? null, role } as const;
    if (role === 'assistant') return { ...body, ...(seen === undefined ? {} : { seen }) };
    return { ...body, text: `text of ${number}`, evidence: evidence(random) };
  }

  function note({ threadId, messageId }: Body, position: string): void {
    const id = messageEventId('default', threadId, messageId);
    const positions = acknowledged.get(id) ?? new Set<string>();
    acknowledged.set(id, positions.add(position));
    if (++count === awaited?.count) awaited.reached();
  }

  async function single(url: string): Promise<void> {
    for (let body = unanswered.pop(); body !== undefined; body = unanswered.pop()) await post(url, body);
    for (let thread = newThread(); ;) {
      if (thread.count >= THREAD_MESSAGES) thread = newThread();
      const body = next(thread);
      const answer = await post(url, body);
      thread.messageIds.push(body.messageId);
      thread.seen = answer.seen ?? thread.seen;
      if (random.chance(0.03)) await aside(url, thread, random);
    }
  }

  async function post(url: string, body: Body): Promise<{ readonly seen?: string }> {
    unanswered.push(body);
    const response = await fetch(`${url}/v1/messages${random.chance(0.7) ? '?wait=verdict' : ''}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { position?: string; seen?: string };
    if (response.status !== 409 && !response.ok) throw new Refused(response.status, JSON.stringify(answer));
    if (answer.position !== undefined) note(body, answer.position);
    unanswered.splice(unanswered.indexOf(body), 1);
    return answer;
  }

  async function bulk(url: string): Promise<void> {
    for (;;) {
      const thread = newThread();
      const bodies = Array.from({ length: BULK_LINES }, () => {
        const body = next(thread);
        thread.messageIds.push(body.messageId);
        return body;
      });
      const response = await fetch(`${url}/v1/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: bodies.map((body) => `${JSON.stringify(body)}\n`).join(''),
      });
      const rows = (await response.text()).split('\n').filter((line) => line !== '');
      rows.forEach((row, index) => {
        const { status, position } = JSON.parse(row) as { status: number; position?: string };
        if (status < 300 && position !== undefined) note(bodies[index]!, position);
      });
    }
  }

  return {
    acknowledged,
    more: (messages) =>
      new Promise((reached) => {
        awaited = { count: count + messages, reached };
      }),
    async run(url) {
      const writers = [
        ...Array.from({ length: SINGLE_WRITERS }, () => single(url)),
        ...Array.from({ length: BULK_WRITERS }, () => bulk(url)),
      ];
      for (const result of await Promise.allSettled(writers)) {
        if (result.status === 'rejected' && result.reason instanceof Refused) throw result.reason;
      }
    },
  };
}

/** The server refused what it should have taken: an error of the test or of the server, and no crash. */
class Refused extends Error {
  constructor(status: number, answer: string) {
    super(`${status}: ${answer}`);
  }
}

function evidence(random: Random): unknown {
  const harm = random.chance(0.45) ? { abuse: 0.95 } : {};
  const risk = random.chance(0.03) ? { 'self-harm': 0.9 } : {};
  return { assessor: 'platform', version: '1', status: 'assessed', harm, risk };
}

/** What people do beside writing messages. */
async function aside(url: string, { threadId, messageIds }: Thread, random: Random): Promise<void> {
  const messageId = messageIds[random.below(messageIds.length)]!;
  const [path, body] = random.chance(0.7)
    ? ['feedback', { rating: random.chance(0.5) ? 'up' : 'down', messageId, comment: 'why' }]
    : ['risk', { status: 'reported', kind: 'self-harm', messageId, by: 'somebody' }];
  await fetch(`${url}/v1/threads/${encodeURIComponent(threadId)}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
