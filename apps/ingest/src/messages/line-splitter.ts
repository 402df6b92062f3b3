import { isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;
/** Some programs begin a file of UTF-8 with it. It is no part of the first line, and JSON does not take it; RFC 8259, 8.1. */
const BYTE_ORDER_MARK = '\ufeff';

/** A line, or why it could not be taken. `number` counts from 1, blank lines too. */
export type Line =
  | { readonly kind: 'line'; readonly number: number; readonly text: string }
  | { readonly kind: 'too-long' | 'not-utf8'; readonly number: number };

/** Cuts a stream of bytes into lines. A line that is too long is let go as it comes, so it never fills the memory. */
export class LineSplitter {
  private parts: Buffer[] = [];
  private size = 0;
  private number = 1;

  constructor(private readonly lineBytesMax: number) {}

  /** The lines that end in this chunk. */
  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      this.keep(chunk.subarray(from, at));
      this.finish(lines);
      from = at + 1;
    }
    this.keep(chunk.subarray(from));
    return lines;
  }

  /** What stands after the last newline: a whole line, or half of one. */
  end(): Line[] {
    const lines: Line[] = [];
    this.finish(lines);
    return lines;
  }

  private keep(part: Buffer): void {
    this.size += part.length;
    if (this.size > this.lineBytesMax) this.parts = [];
    else if (part.length > 0) this.parts.push(part);
  }

  private finish(lines: Line[]): void {
    const { parts, size, number } = this;
    this.parts = [];
    this.size = 0;
    this.number++;
    if (size === 0) return;
    if (size > this.lineBytesMax) {
      lines.push({ kind: 'too-long', number });
      return;
    }
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    if (!isUtf8(bytes)) {
      lines.push({ kind: 'not-utf8', number });
      return;
    }
    const decoded = bytes.toString('utf8');
    const text = number === 1 && decoded.startsWith(BYTE_ORDER_MARK) ? decoded.slice(1) : decoded;
    if (text.trim() !== '') lines.push({ kind: 'line', number, text });
  }
}
