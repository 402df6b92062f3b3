import { OFFSET_OF_HISTORY, partitionOfThread, position } from '@offramp/events';
import type { Api } from './api.js';
import { unavailable } from './exits.js';
import { type Imported, type ImportedConversation, type ImportedMessage, leavesOf } from './importers/index.js';
import { RepeatedThreads } from './repeated-threads.js';

/** What others rely on (CONTRACT §4). */
export interface ImportCounts {
  threads: number;
  messages: number;
  /** Ends of lines: messages that nobody answered. */
  branches: number;
  /** Values of the files that were left out, and conversations of which the server refused a message. */
  skipped: number;
}

export interface ImportOptions {
  /** `history`: each answer had seen the advice before it, so it counts as its delivery. `none`: it says nothing. */
  readonly seen: 'history' | 'none';
  readonly tenant: string;
  readonly partitions: number;
  /** Told after each chunk that the server has acknowledged. */
  readonly onProgress: (counts: Readonly<ImportCounts>) => void;
  readonly onProblem: (where: string, message: string) => void;
  readonly signal: AbortSignal;
}

export interface ImportResult {
  readonly counts: ImportCounts;
  /** Threads that came more than once; what their conversations share was counted as often as it came. */
  readonly repeated: RepeatedThreads;
}

/** What is held in memory and sent in one call. A conversation may be larger: it goes on in the next. */
const CHUNK_LINES = 2000;
const CHUNK_CHARACTERS = 4 * 2 ** 20;

interface Row {
  readonly status: number;
  readonly title?: string;
  readonly detail?: string;
}

/**
 * Sends conversations in the order they come and resolves when all are acknowledged. Ids are those of the export, so
 * what was imported before, wholly or in part, is known again and counts once.
 */
export async function importConversations(
  api: Api,
  conversations: AsyncIterable<Imported>,
  options: ImportOptions,
): Promise<ImportResult> {
  const counts: ImportCounts = { threads: 0, messages: 0, branches: 0, skipped: 0 };
  const repeated = new RepeatedThreads();
  const chunk = new Chunk();
  const refused = new Set<string>();

  async function send(): Promise<void> {
    for (const { row, conversation } of await chunk.send(api)) take(row, conversation);
    options.onProgress(counts);
  }

  function take(row: Row, { threadId, where }: ImportedConversation): void {
    // 409: the line has ended, and so the message is refused; it is on the log with that outcome.
    if (row.status < 400 || row.status === 409) {
      counts.messages++;
      return;
    }
    const reason = row.detail ?? row.title ?? `status ${row.status}`;
    if (row.status >= 500) throw unavailable(`The server could not take a message (${reason}). Import again later.`);
    options.onProblem(where, reason);
    if (!refused.has(threadId)) counts.skipped++;
    refused.add(threadId);
  }

  for await (const imported of conversations) {
    options.signal.throwIfAborted();
    if (imported.kind === 'problem') {
      counts.skipped++;
      options.onProblem(imported.where, imported.message);
      continue;
    }
    const branches = leavesOf(imported);
    counts.threads += imported.again ? 0 : 1;
    counts.branches += branches;
    repeated.count(imported, branches);
    for (const message of imported.messages) {
      chunk.add(JSON.stringify(bodyOf(imported.threadId, message, options)), imported);
      if (chunk.isFull) await send();
    }
  }
  await send();
  return { counts, repeated };
}

/** Lines to be sent together, each with the conversation that it belongs to. */
class Chunk {
  private lines: string[] = [];
  private conversations: ImportedConversation[] = [];
  private characters = 0;

  get isFull(): boolean {
    return this.lines.length >= CHUNK_LINES || this.characters >= CHUNK_CHARACTERS;
  }

  add(line: string, conversation: ImportedConversation): void {
    this.lines.push(line);
    this.conversations.push(conversation);
    this.characters += line.length;
  }

  async send(api: Api): Promise<readonly { readonly row: Row; readonly conversation: ImportedConversation }[]> {
    const { lines, conversations } = this;
    this.lines = [];
    this.conversations = [];
    this.characters = 0;
    if (lines.length === 0) return [];
    const rows = await api.postLines<Row>('/v1/messages', lines);
    if (rows.length === lines.length) return rows.map((row, at) => ({ row, conversation: conversations[at]! }));
    throw unavailable(
      `The server took ${rows.length} of ${lines.length} messages. Import again: nothing counts twice.`,
    );
  }
}

function bodyOf(threadId: string, message: ImportedMessage, { seen, tenant, partitions }: ImportOptions) {
  if (seen === 'none' || message.role !== 'assistant') return { threadId, ...message };
  const partition = partitionOfThread(tenant, threadId, partitions);
  return { threadId, ...message, seen: position(partition, OFFSET_OF_HISTORY) };
}
