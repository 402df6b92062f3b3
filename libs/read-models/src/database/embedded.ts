import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { type Expendable, TookTooLong } from '../analysts/analyst-sql.js';
import { ReadModelsError } from './failure.js';
import { PortStream } from './port-stream.js';

/** The embedded Postgres: PGlite in a worker thread, over one data directory. */
export interface Embedded {
  /** A new connection to it. It is one backend session: never more than one connection at a time. */
  connect(): PortStream;
  /**
   * Runs work that may go on for ever, or bring the database down; its time begins when it says so. It cannot be interrupted and it holds everybody else up, so
   * after the time the thread is ended and another one opens the directory, as after a crash. What others asked meanwhile
   * fails then, as on a connection that breaks. Throws `TookTooLong`.
   */
  expendable: Expendable;
  /** Resolves with the reason when the thread ended without being closed. Never rejects. */
  readonly died: Promise<Error>;
  close(): Promise<void>;
}

const WORKER = fileURLToPath(new URL('../../pglite/worker.mjs', import.meta.url));
const INITIALISE = fileURLToPath(new URL('../../pglite/initialise.mjs', import.meta.url));
/** A child that initialises takes 2 to 5 s; one that takes this long never will. */
const INITIALISE_MS_MAX = 120_000;
/** Longer than a thread takes from the end of its connections to its own. */
const DEATH_MS_MAX = 2_000;
const ADVICE = 'It can be deleted while nothing runs: the read models are then built again from the log.';

export async function openEmbedded(directory: string): Promise<Embedded> {
  const absolute = resolve(directory);
  if (!existsSync(absolute)) await initialise(absolute);
  let tellDeath: (reason: Error) => void = () => undefined;
  const died = new Promise<Error>((done) => {
    tellDeath = done;
  });
  /** Runs now that may end the thread. */
  let expendables = 0;
  let current = open(Promise.resolve());
  await current.ready;

  function open(before: Promise<unknown>): Running {
    const worker = before.then(() => new Worker(WORKER, { workerData: { directory: absolute } }));
    const death = worker.then((opened) => deathOf(opened, absolute));
    const ready = Promise.race([worker.then(isReady), death.then((reason) => Promise.reject(reason))]).then(
      () => worker,
    );
    const running = { ready, death };
    void death.then((reason) => {
      if (running !== current) return;
      if (expendables > 0) replace(Promise.resolve());
      else tellDeath(reason);
    });
    return running;
  }

  /** From now on, who connects waits for another thread, which opens the directory after the one of now has left it. */
  function replace(before: Promise<unknown>): void {
    current = open(before);
    current.ready.catch((reason: Error) => tellDeath(reason));
  }

  return {
    died,
    connect: () => new PortStream(() => connectTo(current.ready)),
    async expendable(work, timeoutMs) {
      const { death } = current;
      let timer: NodeJS.Timeout | undefined;
      let isOver = false;
      const end = (): void => {
        isOver = true;
        replace(current.ready.then((worker) => worker.terminate()));
      };
      expendables++;
      try {
        return await work(() => (timer = setTimeout(end, timeoutMs)));
      } catch (error) {
        // The connection breaks before the thread is gone; until it is, its end would be taken for one that nobody expected.
        const isGone = !isOver && error instanceof ReadModelsError && error.retriable;
        if (isGone) await Promise.race([death, delay(DEATH_MS_MAX, undefined, { ref: false })]);
        await current.ready;
        throw isOver ? new TookTooLong() : error;
      } finally {
        clearTimeout(timer);
        expendables--;
      }
    },
    close: async () => closeWorker(await current.ready),
  };
}

/** A thread that has the directory open, or soon will have. */
interface Running {
  /** Rejects where it never will be. */
  readonly ready: Promise<Worker>;
  /** Resolves with the reason where it ended without being closed. */
  readonly death: Promise<Error>;
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

/** What is sent before the thread is ready waits in the channel. */
function connectTo(worker: Promise<Worker>): MessageChannel['port1'] {
  const { port1, port2 } = new MessageChannel();
  worker.then(
    (ready) => ready.postMessage({ connect: port2 }, [port2]),
    () => port2.close(),
  );
  return port1;
}

/** Only that: why a thread died instead is told by `deathOf`, with what can be done about it. */
function isReady(worker: Worker): Promise<void> {
  return new Promise((done) => void worker.once('message', () => done()));
}

/** Resolves with the reason where the thread ends without being closed. */
function deathOf(worker: Worker, directory: string): Promise<Error> {
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
