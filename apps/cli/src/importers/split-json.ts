import { Gathered } from './gathered.js';

/*
 * Cuts a stream of bytes into the JSON values of conversations without parsing it, so that a file of any size needs room
 * for one conversation only. UTF-8 keeps this simple: brackets, quotes and backslashes are never part of another character.
 */

/** One value: its bytes, or why there are none. `number` counts from 1: the line, or the value in its file or array. */
export type Piece =
  { readonly number: number; readonly bytes: Buffer } | { readonly number: number; readonly refused: string };

/** A larger conversation is refused rather than held in memory: parsed, it takes several times as much. */
export const CONVERSATION_BYTES_MAX = 32 * 1024 * 1024;

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const LINE_END = 0x0a;
const SPACE = 0x20;

/** One piece a line, also the last one that has no line end. Empty lines are pieces of no bytes. */
export async function* splitLines(chunks: Chunks, maxBytes = CONVERSATION_BYTES_MAX): AsyncGenerator<Piece> {
  const line = new Gathered(maxBytes);
  let number = 1;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, start)) {
      line.add(chunk, start, end);
      yield { number, ...line.take() };
      number += 1;
      start = end + 1;
    }
    line.add(chunk, start, chunk.length);
  }
  yield { number, ...line.take() };
}

export interface ValuesOptions {
  /** An array at the top of the file is not a value but a list of them. */
  readonly elements: boolean;
  readonly maxBytes?: number;
}

/** One piece for each value at the top of the file, however it is laid out. */
export async function* splitValues(chunks: Chunks, options: ValuesOptions): AsyncGenerator<Piece> {
  const splitter = new ValueSplitter(options);
  for await (const chunk of chunks) yield* splitter.push(chunk);
  yield* splitter.finish();
}

class ValueSplitter {
  private readonly value: Gathered;
  private readonly elements: boolean;
  private readonly scan = new ValueScan();
  private isInArray = false;
  private number = 0;

  constructor({ elements, maxBytes = CONVERSATION_BYTES_MAX }: ValuesOptions) {
    this.value = new Gathered(maxBytes);
    this.elements = elements;
  }

  *push(chunk: Uint8Array): Generator<Piece> {
    let at = 0;
    while (at < chunk.length) {
      if (!this.scan.isInside) {
        at = this.between(chunk, at);
        continue;
      }
      const end = this.scan.endIn(chunk, at);
      this.value.add(chunk, at, end);
      at = end;
      if (!this.scan.isInside) yield { number: this.number, ...this.value.take() };
    }
  }

  *finish(): Generator<Piece> {
    if (this.scan.isInScalar) yield { number: this.number, ...this.value.take() };
    else if (this.scan.isInside || this.isInArray) {
      yield { number: this.number, refused: 'is cut off: the file ends in the middle' };
    }
  }

  /** Goes to the next value, or over what stands between two. */
  private between(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] as number;
    if (byte <= SPACE || byte === COMMA) return at + 1;
    if (this.isInArray ? byte === CLOSE_ARRAY : this.elements && byte === OPEN_ARRAY) {
      this.isInArray = !this.isInArray;
      return at + 1;
    }
    this.scan.begin();
    this.number += 1;
    return at;
  }
}

/** Where a value ends, across chunks. Only brackets and strings matter; whether the value is right JSON is seen later. */
class ValueScan {
  isInside = false;
  private isFresh = false;
  private depth = 0;
  private isString = false;
  private isEscaped = false;

  get isInScalar(): boolean {
    return this.isInside && this.depth === 0 && !this.isString;
  }

  begin(): void {
    this.isInside = true;
    this.isFresh = true;
  }

  /** The index after the value where it ends in this chunk, else the length of the chunk. */
  endIn(chunk: Uint8Array, from: number): number {
    // A bracket that closes nothing is a value of its own, which the parser will refuse.
    const first = this.isFresh ? from : -1;
    this.isFresh = false;
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      if (this.isString) {
        if (this.endsString(byte) && this.depth === 0) return this.ended(at + 1);
      } else if (byte === QUOTE) this.isString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.depth += 1;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (this.depth === 0) return this.ended(at === first ? at + 1 : at);
        this.depth -= 1;
        if (this.depth === 0) return this.ended(at + 1);
      } else if (this.depth === 0 && (byte <= SPACE || byte === COMMA)) return this.ended(at);
    }
    return chunk.length;
  }

  private endsString(byte: number): boolean {
    if (this.isEscaped) this.isEscaped = false;
    else if (byte === BACKSLASH) this.isEscaped = true;
    else if (byte === QUOTE) this.isString = false;
    return !this.isString;
  }

  private ended(at: number): number {
    this.isInside = false;
    return at;
  }
}
