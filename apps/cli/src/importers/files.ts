import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

const CONVERSATIONS = /\.(?:json|jsonl|ndjson)(?:\.gz)?$/i;
const LINES = /\.(?:jsonl|ndjson)(?:\.gz)?$/i;

/** What exports put beside the conversations. In a folder these are passed over; named directly, they are read. */
const COMPANIONS =
  /^(?:users?|projects|message_feedback|shared_conversations|model_comparisons|package|tsconfig)\.json$/i;

/** How much of a file is looked at to tell how it is laid out. */
const HEAD_BYTES = 64 * 1024;

/** A path that is not there, or can't be read: a mistake in the command rather than in an export. */
export class NoSuchPath extends Error {
  constructor(
    readonly path: string,
    options?: ErrorOptions,
  ) {
    super(`${path} is not there or can't be read`, options);
    this.name = 'NoSuchPath';
  }
}

/** The files of conversations under the paths, each path in turn, folders in the order of their names. */
export async function* filesUnder(paths: readonly string[]): AsyncGenerator<string> {
  for (const path of paths) {
    let isFolder: boolean;
    try {
      isFolder = (await stat(path)).isDirectory();
    } catch (cause) {
      throw new NoSuchPath(path, { cause });
    }
    if (isFolder) yield* filesIn(path);
    else yield path;
  }
}

/** Links to folders are not followed: they may lead in a circle. */
async function* filesIn(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((first, second) => (first.name < second.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (CONVERSATIONS.test(entry.name) && !COMPANIONS.test(entry.name)) yield path;
  }
}

/** The bytes of a file, unpacked where it is packed (told by its first two bytes, not by its name), without a BOM. */
export async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path);
  const stream: Readable = (await isGzip(path)) ? pipeline(source, createGunzip(), () => undefined) : source;
  let isFirst = true;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    yield isFirst && chunk.subarray(0, BOM.length).equals(BOM) ? chunk.subarray(BOM.length) : chunk;
    isFirst = false;
  }
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

export type Layout = 'lines' | 'values' | 'elements';

/**
 * How the values lie in a file. `lines`: a value a line, so that a bad one doesn't spoil the next. `elements`: one array of
 * conversations. `values`: anything else, such as one conversation over many lines. The name decides only where the head
 * leaves it open.
 */
export async function layoutOf(path: string, isMessage: (value: unknown) => boolean): Promise<Layout> {
  const head = (await headOf(path)).trimStart();
  const end = head.indexOf('\n');
  const first = parsed(end === -1 ? head : head.slice(0, end));
  if (first === undefined) {
    if (BARE_LIST.test(head) || (end === -1 && LINES.test(path) && !head.startsWith('['))) return 'lines';
    return head.startsWith('[') ? 'elements' : 'values';
  }
  const isList = Array.isArray(first) && !(first.length > 0 && first.every(isMessage));
  return isList ? 'elements' : 'lines';
}

/** A line that is a list of messages, and too long to be seen whole. */
const BARE_LIST = /^\[\s*\{\s*"(?:role|content)"/;

async function headOf(path: string): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytesOf(path)) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= HEAD_BYTES) break;
  }
  return Buffer.concat(parts).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
