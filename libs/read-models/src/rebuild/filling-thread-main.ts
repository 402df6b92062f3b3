/* The program of a thread that fills partitions of a rebuild; see `startFillingThread`. */
import { parentPort, workerData } from 'node:worker_threads';
import { inSchema } from '../database/in-schema.js';
import { lazyDatabase } from '../database/open-database.js';
import { OTHER_SCHEMA } from '../migrations/schema.js';
import { type Filling, fillPartition } from './fill.js';
import type { Stretch, StretchOutcome, ThreadWork } from './filling-thread.js';
import { createGuard, paceOver } from './pace.js';
import type { OpenRebuildSource, SourceOpener } from './source.js';

/** One reads rows while the other writes. */
const CONNECTIONS = 2;

const work = workerData as ThreadWork;
const { database, close } = lazyDatabase({ url: work.url, connections: CONNECTIONS });
let source: OpenRebuildSource | undefined;

async function openSource({ module, given }: SourceOpener): Promise<OpenRebuildSource> {
  const opening = (await import(module)) as { openRebuildSource(given: unknown): Promise<OpenRebuildSource> };
  return opening.openRebuildSource(given);
}

async function fill(stretch: Stretch): Promise<StretchOutcome> {
  try {
    source ??= await openSource(work.opener);
    const filling: Filling = {
      database: inSchema(database, OTHER_SCHEMA),
      scope: work.scope,
      source,
      sizes: work.sizes,
      guard: createGuard(paceOver(work.pace), work),
    };
    await fillPartition(filling, ...stretch);
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
  await close();
  await source?.close();
  port.close();
}
