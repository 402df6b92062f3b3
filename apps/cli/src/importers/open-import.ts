import { isMessage } from './chat-completions.js';
import type { Format, ImportProblem, Imported, Importer, ReadValue } from './conversation.js';
import { bytesOf, filesUnder, layoutOf } from './files.js';
import { FORMATS_IN_WORDS, importerFor, importerOf } from './formats.js';
import { readMessages, treeOfMessage } from './open-assistant.js';
import { hashOf } from './stable-id.js';
import { CONVERSATION_BYTES_MAX, type Piece, splitLines, splitValues } from './split-json.js';

export interface ImportOptions {
  /** Default `auto`: each conversation is read as what it looks like. */
  readonly format?: Format | 'auto';
  /** The largest conversation, in bytes of the file. Default 32 MiB. */
  readonly maxBytes?: number;
}

/**
 * Reads exports from files and folders, one conversation at a time: memory is bounded by the largest conversation, not by
 * the file. What can't be read comes as a problem, in its place, and the rest goes on. Throws `NoSuchPath` for a path that
 * isn't there. Reading the same files again gives the same ids.
 */
export async function* openImport(paths: readonly string[], options: ImportOptions = {}): AsyncGenerator<Imported> {
  const threads = new ThreadsSeen();
  for await (const file of filesUnder(paths)) {
    try {
      for await (const found of importFile(file, options)) {
        yield found.kind === 'problem' ? found : { ...found, again: threads.has(found.threadId) };
      }
    } catch (cause) {
      // A file that breaks off while it is read, such as a damaged archive, ends itself and not the import.
      yield problem(file, `can't be read on: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
}

async function* importFile(file: string, options: ImportOptions): AsyncGenerator<Imported> {
  const { format = 'auto' } = options;
  const together = new MessagesOfOneTree();
  for await (const { where, value, refused } of valuesIn(file, options)) {
    const importer = format === 'auto' ? importerFor(value) : importerOf(format);
    const isPart = importer?.format === 'open-assistant' && treeOfMessage(value) !== undefined;
    if (!isPart || !together.takes(value)) yield* together.finish();
    if (refused !== undefined) yield problem(where, refused);
    else if (isPart) together.add(value, where);
    else yield read(importer, value, where);
  }
  yield* together.finish();
}

function read(importer: Importer | undefined, value: unknown, where: string): Imported {
  if (importer === undefined) return problem(where, `is not a conversation in a known format (${FORMATS_IN_WORDS})`);
  if (!importer.accepts(value)) return problem(where, `is not a conversation in the format ${importer.format}`);
  return asImported(importer.format, importer.read(value), where);
}

function asImported(format: Format, found: ReadValue, where: string): Imported {
  if ('refused' in found) return problem(where, found.refused);
  return { kind: 'conversation', format, where, again: false, ...found };
}

function problem(where: string, message: string): ImportProblem {
  return { kind: 'problem', where, message };
}

/** Of more threads than this in one import the first are forgotten: `again` may then be false where it should be true. */
const THREADS_SEEN_MAX = 1_000_000;

/** Keeps 48 bits of a hash for each thread rather than the id: some 40 MB at the most. */
class ThreadsSeen {
  private readonly seen = new Set<number>();

  /** Whether the thread was asked for before. */
  has(threadId: string): boolean {
    const key = Number.parseInt(hashOf(threadId).slice(0, 12), 16);
    if (this.seen.has(key)) return true;
    if (this.seen.size >= THREADS_SEEN_MAX) this.seen.clear();
    this.seen.add(key);
    return false;
  }
}

/** Lines of one tree stand together in a file of single messages. More than this in one tree are cut into several reads. */
const MESSAGES_TOGETHER_MAX = 10_000;

class MessagesOfOneTree {
  private rows: unknown[] = [];
  private where = '';

  takes(value: unknown): boolean {
    const isSameTree = this.rows.length > 0 && treeOfMessage(this.rows[0]) === treeOfMessage(value);
    return isSameTree && this.rows.length < MESSAGES_TOGETHER_MAX;
  }

  add(value: unknown, where: string): void {
    if (this.rows.length === 0) this.where = where;
    this.rows.push(value);
  }

  *finish(): Generator<Imported> {
    if (this.rows.length > 0) yield asImported('open-assistant', readMessages(this.rows), this.where);
    this.rows = [];
  }
}

interface PlacedValue {
  readonly where: string;
  readonly value?: unknown;
  readonly refused?: string;
}

async function* valuesIn(file: string, options: ImportOptions): AsyncGenerator<PlacedValue> {
  const { maxBytes = CONVERSATION_BYTES_MAX } = options;
  const layout = await layoutOf(file, isMessage);
  const pieces =
    layout === 'lines'
      ? splitLines(bytesOf(file), maxBytes)
      : splitValues(bytesOf(file), { elements: layout === 'elements', maxBytes });
  for await (const piece of pieces) {
    if (isBlank(piece)) continue;
    const where = `${file}: ${layout === 'lines' ? 'line' : 'conversation'} ${piece.number}`;
    yield { where, ...parse(piece) };
  }
}

function isBlank(piece: Piece): boolean {
  return 'bytes' in piece && piece.bytes.every((byte) => byte <= 0x20);
}

function parse(piece: Piece): Omit<PlacedValue, 'where'> {
  if ('refused' in piece) return piece;
  try {
    return { value: JSON.parse(piece.bytes.toString('utf8')) as unknown };
  } catch {
    // What the parser says is not passed on: it quotes what people wrote, and problems are printed and logged.
    return { refused: 'is not whole JSON' };
  }
}
