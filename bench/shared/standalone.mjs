/** The built standalone server as a process of its own, on a data directory that is gone afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStandalone } from '../../apps/standalone/dist/testing/standalone-process.js';

/** Calls `work` with a directory that does not exist before and after. */
export async function withDirectory(work) {
  const folder = mkdtempSync(join(tmpdir(), 'offramp-bench-'));
  try {
    return await work(join(folder, 'data'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Calls `work` with a running server (see `StandaloneProcess`), and ends it whatever happens. */
export async function withServer(options, work) {
  const server = await startStandalone(options);
  try {
    return await work(server);
  } finally {
    await server.end('SIGTERM');
  }
}

/** Resident memory of the server's process, MB, as it tells it itself. */
export async function residentMb(server) {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const [, bytes] = /^process_resident_memory_bytes (\d+)/m.exec(metrics);
  return Math.round(Number(bytes) / 1e6);
}
