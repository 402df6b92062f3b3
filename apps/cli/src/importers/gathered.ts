/** The bytes of one value, gathered from the chunks of a stream. Past the bound they are counted and no longer kept. */
export class Gathered {
  private parts: Uint8Array[] = [];
  private length = 0;

  constructor(private readonly maxBytes: number) {}

  /** Copies, because a stream may reuse its chunks. */
  add(chunk: Uint8Array, from: number, to: number): void {
    this.length += to - from;
    if (this.length <= this.maxBytes) this.parts.push(Uint8Array.prototype.slice.call(chunk, from, to));
    else this.parts = [];
  }

  /** What was gathered, or why it is not there. Starts again with nothing. */
  take(): { readonly bytes: Buffer } | { readonly refused: string } {
    const { parts, length } = this;
    this.parts = [];
    this.length = 0;
    if (length <= this.maxBytes) return { bytes: Buffer.concat(parts) };
    return { refused: `is larger (${length} bytes) than the ${this.maxBytes} bytes that one conversation may have` };
  }
}
