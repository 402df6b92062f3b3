/*
 * The embedded Postgres, in a thread of its own. Plain JavaScript that imports npm packages only, so that the same file
 * serves the built libraries and the tests, which run their TypeScript sources.
 *
 * Each connection is a MessagePort that carries the Postgres wire protocol in both directions. There is no socket, so
 * nobody else on the machine can connect, and no path that could be too long. PGlite is one backend session: the owner
 * opens one connection at a time (messages of two would interleave between Parse and Execute).
 */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

const database = await PGlite.create({ dataDir: workerData.directory });

/** Answers are gathered up to about this size, so that a large result is streamed rather than held twice. */
const CHUNK_BYTES = 256 * 1024;

parentPort.on('message', (message) => {
  if (message.connect !== undefined) serve(message.connect);
  if (message.close === true) void close();
});
parentPort.postMessage({ ready: true });

/** Everything that touches the session goes through this chain, in order. */
let last = Promise.resolve();

function inOrder(work) {
  last = last.then(work).catch(fail);
  return last;
}

/** A broken session is not repaired: the owner is told by the thread's death and opens another one. */
function fail(error) {
  setImmediate(() => {
    throw error;
  });
}

function serve(port) {
  port.on('message', (bytes) => void inOrder(() => answer(port, bytes)));
  port.on('close', () => void inOrder(leaveClean));
}

async function answer(port, bytes) {
  let parts = [];
  let size = 0;
  const flush = () => {
    if (size === 0) return;
    const whole = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    port.postMessage(whole, [whole.buffer]);
    parts = [];
    size = 0;
  };
  await database.execProtocolRawStream(bytes, {
    onRawData: (data) => {
      parts.push(data.slice());
      size += data.length;
      if (size >= CHUNK_BYTES) flush();
    },
  });
  flush();
}

/** What a connection left behind must not reach the next one: they are the same session. */
async function leaveClean() {
  if (database.closed) return;
  if (database.isInTransaction()) await database.exec('ROLLBACK');
  await database.exec('DISCARD ALL');
}

async function close() {
  await inOrder(() => database.close());
  parentPort.close();
}
