import { Duplex } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';

/**
 * A connection to the embedded Postgres that looks like a socket to `pg`: the wire protocol over a MessagePort. What the
 * driver writes in one go (Parse, Bind, Describe, Execute, Sync) travels as one message.
 */
export class PortStream extends Duplex {
  #port: MessagePort | undefined;

  constructor(private readonly open: () => MessagePort) {
    super({ allowHalfOpen: false });
  }

  /** `pg` calls this in place of `net.Socket.connect`; the host and port that it gives mean nothing here. */
  connect(): this {
    const port = this.open();
    this.#port = port;
    port.on('message', (bytes: Uint8Array) => {
      this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    });
    port.on('close', () => this.destroy());
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    this.#port?.ref();
    return this;
  }

  unref(): this {
    this.#port?.unref();
    return this;
  }

  override _read(): void {
    // The port pushes; a query's answer is bounded by the query.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.send(chunk.length === 0 ? [] : [chunk]);
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.send(chunks.map(({ chunk }) => chunk));
    done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#port?.close();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#port?.close();
    done(error);
  }

  /** Copied, because the driver goes on using its buffers, and transferred, so that it is copied once. */
  private send(parts: readonly Buffer[]): void {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    if (whole.length > 0) this.#port?.postMessage(whole, [whole.buffer]);
  }
}
