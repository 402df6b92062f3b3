/* The program of a thread that fills partitions of a rebuild; see `startFillingThread`. */
import { parentPort, workerData } from 'node:worker_threads';
import { inSchema } from '../database/in-schema.js';
import { lazyDatabase } from '../database/open-database.js';
import { OTHER_SCHEMA } from '../migrations/schema.js';
import { fillPartition } from './fill.js';
import type { Stretch, StretchOutcome, ThreadWork } from './filling-thread.js';
import { createGuard, paceOver } from './pace.js';
import type { OpenRebuildSource, SourceOpener } from './source.js';

/** One reads rows while the other writes. */
const CONNECTIONS = 2;

const work = workerData as ThreadWork;
const { scope, sizes } = work;
const opened = lazyDatabase({ url: work.url, connections: CONNECTIONS });
const database = inSchema(opened.database, OTHER_SCHEMA);
const guard = createGuard(paceOver(work.pace), work);
let source: OpenRebuildSource | undefined;

async function openSource({ module, given }: SourceOpener): Promise<OpenRebuildSource> {
  const opening = (await import(module)) as { openRebuildSource(given: unknown): Promise<OpenRebuildSource> };
  return opening.openRebuildSource(given);
}

async function fill(stretch: Stretch): Promise<StretchOutcome> {
  try {
    source ??= await openSource(work.opener);
    await fillPartition({ database, scope, source, sizes, guard }, ...stretch);
    return { kind: 'filled' };
  } catch (error) {
    const { message, retriable = false } = error as Error & { readonly retriable?: boolean };
    return { kind: 'failed', why: message, retriable };
  }
}

const port = parentPort!;
port.on('message', (stretch: Stretch | null) => {
  void (stretch === null ? end() : fill(stretch).then((outcome) => port.postMessage(outcome)));
});

async function end(): Promise<void> {
  await opened.close();
  await source?.close();
  port.close();
}
