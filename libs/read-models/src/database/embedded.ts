import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { ReadModelsError } from './failure.js';
import { PortStream } from './port-stream.js';

/** The embedded Postgres: PGlite in a worker thread, over one data directory. */
export interface Embedded {
  /** A new connection to it. It is one backend session: never more than one connection at a time. */
  connect(): PortStream;
  /** Resolves with the reason when the thread ended without being closed. Never rejects. */
  readonly died: Promise<Error>;
  close(): Promise<void>;
}

const WORKER = fileURLToPath(new URL('../../pglite/worker.mjs', import.meta.url));
const INITIALISE = fileURLToPath(new URL('../../pglite/initialise.mjs', import.meta.url));
/** A child that initialises takes 2 to 5 s; one that takes this long never will. */
const INITIALISE_MS_MAX = 120_000;
const ADVICE = 'It can be deleted while nothing runs: the read models are then built again from the log.';

export async function openEmbedded(directory: string): Promise<Embedded> {
  const absolute = resolve(directory);
  if (!existsSync(absolute)) await initialise(absolute);
  const worker = new Worker(WORKER, { workerData: { directory: absolute } });
  const died = diesUnasked(worker, absolute);
  await Promise.race([isReady(worker), died.then((reason) => Promise.reject(reason))]);
  return {
    died,
    connect: () => new PortStream(() => connectTo(worker)),
    close: () => closeWorker(worker),
  };
}

async function initialise(directory: string): Promise<void> {
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
  const child = spawn(process.execPath, [INITIALISE, directory], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: INITIALISE_MS_MAX,
    // Flags of the parent (a debugger, a test runner's) are no business of the child's.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
  const code = await new Promise<number | NodeJS.Signals | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', (exit, signal) => done(exit ?? signal));
  });
  if (code !== 0) {
    throw new ReadModelsError(`Initialising ${directory} failed (${String(code)}): ${said.trim()}`, false);
  }
}

function connectTo(worker: Worker): MessageChannel['port1'] {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ connect: port2 }, [port2]);
  return port1;
}

/** Only that: why a thread died instead is told by `diesUnasked`, with what can be done about it. */
function isReady(worker: Worker): Promise<void> {
  return new Promise((done) => void worker.once('message', () => done()));
}

function diesUnasked(worker: Worker, directory: string): Promise<Error> {
  return new Promise((done) => {
    const fail = (cause: unknown) => {
      done(new ReadModelsError(`The embedded Postgres in ${directory} failed. ${ADVICE}`, false, { cause }));
    };
    worker.once('error', fail);
    worker.once('exit', (code) => {
      if (code !== 0) fail(new Error(`The thread ended with ${code}`));
    });
  });
}

async function closeWorker(worker: Worker): Promise<void> {
  if (worker.threadId === -1) return;
  const ended = once(worker, 'exit');
  worker.postMessage({ close: true });
  await ended;
}
