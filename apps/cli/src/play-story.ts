import { setTimeout as delay } from 'node:timers/promises';
import type { Position, Verdict } from '@offramp/events';
import { ApiProblem, type Api } from './api.js';
import type { StoryChapter, StoryMessage, StoryStep, StoryThread } from './demo/story.js';

/*
 * Plays conversations as a platform does: it posts what the user wrote and waits for the verdict, lets the model answer,
 * and posts the answer together with how far it had seen decisions by then.
 */

export interface PlayOptions {
  /** Puts something in front of every thread id, to play a thread once more. */
  readonly prefix?: string;
  /** Called before each step; what it resolves with is how the pace is set. */
  readonly pace?: () => Promise<void>;
  /** A verdict other than the one that the story tells of. */
  readonly onSurprise: (thread: string, messageId: string, verdict: { expected: Verdict; got: Verdict }) => void;
  readonly signal: AbortSignal;
}

/** What the platform remembers of a thread: verdicts' `seen`, and the decision of each message that drew one. */
interface Memory {
  readonly threadId: string;
  seen: Position[];
  readonly decisions: Map<string, string>;
}

interface Answer {
  readonly verdict?: Verdict;
  readonly seen?: Position;
  readonly decisionId?: string;
}

/** Threads that are in progress at the same time. */
const THREADS_AT_ONCE = 6;
/** A review names a decision, which has to be projected first. */
const REVIEW_TRIES = 50;
const REVIEW_RETRY_MS = 100;

/** Plays the chapters in order; a policy holds for the threads after it, so it waits for those before it. */
export async function playStory(api: Api, chapters: readonly StoryChapter[], options: PlayOptions): Promise<void> {
  let threads: StoryThread[] = [];
  for (const chapter of chapters) {
    if (chapter.kind === 'threads') {
      threads.push(...chapter.threads);
      continue;
    }
    await playThreads(api, threads, options);
    threads = [];
    await activate(api, chapter);
  }
  await playThreads(api, threads, options);
}

async function playThreads(api: Api, threads: readonly StoryThread[], options: PlayOptions): Promise<void> {
  const waiting = threads.values();
  const players = Array.from({ length: THREADS_AT_ONCE }, async () => {
    for (const thread of waiting) await playThread(api, thread, options);
  });
  await Promise.all(players);
}

export async function playThread(api: Api, thread: StoryThread, options: PlayOptions): Promise<void> {
  const { prefix = '', pace, signal } = options;
  const memory: Memory = { threadId: `${prefix}${thread.threadId}`, seen: [], decisions: new Map() };
  for (const step of thread.steps) {
    await pace?.();
    signal.throwIfAborted();
    await playStep(api, { step, memory, options });
  }
}

interface Play {
  readonly step: StoryStep;
  readonly memory: Memory;
  readonly options: PlayOptions;
}

async function playStep(api: Api, { step, memory, options }: Play): Promise<void> {
  const { do: what, ...body } = step;
  const path = `/v1/threads/${encodeURIComponent(memory.threadId)}/${what}`;
  switch (step.do) {
    case 'message':
      return postMessage(api, { message: step, memory, options });
    case 'risk':
      await api.post(path, body);
      return;
    case 'feedback': {
      const { do: _do, endAt, ...thumb } = step;
      await api.post(path, endAt === undefined ? thumb : { ...thumb, decisionId: decisionAt(memory, endAt) });
      return;
    }
    case 'review':
      return review(api, step, memory);
  }
}

interface PostMessage {
  readonly message: StoryMessage;
  readonly memory: Memory;
  readonly options: PlayOptions;
}

async function postMessage(api: Api, { message, memory, options }: PostMessage): Promise<void> {
  const { do: _do, expect, seen, ...posted } = message;
  const known = message.role === 'assistant' ? memory.seen.at(seen === 'first' ? 0 : -1) : undefined;
  const body = { threadId: memory.threadId, ...posted, ...(known === undefined ? {} : { seen: known }) };
  const waits = message.role === 'user' || message.signal?.proposesEnd !== undefined;
  const query = waits ? { wait: 'verdict' } : undefined;
  const { status, body: answer } = await api.post<Answer>('/v1/messages', body, { query, answers: [409] });
  if (!waits) return;
  if (answer.seen !== undefined) memory.seen.push(answer.seen);
  if (answer.decisionId !== undefined) memory.decisions.set(message.messageId, answer.decisionId);
  const got = answer.verdict ?? (status === 409 ? 'refuse' : 'continue');
  if (message.role === 'user' && got !== expect) {
    options.onSurprise(memory.threadId, message.messageId, { expected: expect, got });
  }
}

async function review(api: Api, step: Extract<StoryStep, { do: 'review' }>, memory: Memory): Promise<void> {
  const { messageId, outcome, reason, by } = step;
  const decisionId = decisionAt(memory, messageId);
  for (let tries = 1; ; tries++) {
    try {
      await api.post(`/v1/decisions/${decisionId}/review`, { outcome, reason, by });
      return;
    } catch (error) {
      const isEarly = error instanceof ApiProblem && error.problem.status === 404;
      if (!isEarly || tries === REVIEW_TRIES) throw error;
      await delay(REVIEW_RETRY_MS);
    }
  }
}

function decisionAt({ threadId, decisions }: Memory, messageId: string): string {
  const decisionId = decisions.get(messageId);
  if (decisionId === undefined) throw new Error(`${threadId}: no decision at ${messageId}`);
  return decisionId;
}

async function activate(api: Api, chapter: Extract<StoryChapter, { kind: 'policy' }>): Promise<void> {
  const { policy, document, by, reason } = chapter;
  await api.post('/v1/policies', document);
  await api.post(`/v1/policies/${encodeURIComponent(policy)}/activate`, { share: 1, by, reason });
}
