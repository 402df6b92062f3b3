/** Memory of another process of this machine, MB, sampled while work is done. Linux only: elsewhere it is NaN. */
import { readFileSync } from 'node:fs';

const RESIDENT_EVERY_MS = 25;
const HEAP_EVERY_MS = 250;

export function residentMbOf(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return NaN;
  }
}

/** What V8 holds, as the server at `url` tells it itself. */
export async function heapMbOf(url) {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^nodejs_heap_size_used_bytes\S* (\S+)/m.exec(metrics)?.[1]) / 2 ** 20;
}

/** The greatest resident memory of a process, and heap of a server where there is one, while `work` goes on. */
export async function peaksDuring({ pid, url }, work) {
  const peaks = { resident: 0, heap: 0 };
  const higher = (name, mb) => mb > peaks[name] && (peaks[name] = mb);
  const resident = setInterval(() => higher('resident', residentMbOf(pid)), RESIDENT_EVERY_MS);
  const heap =
    url === undefined
      ? undefined
      : setInterval(() => void heapMbOf(url).then((mb) => higher('heap', mb)), HEAP_EVERY_MS);
  try {
    return { result: await work(), peaks };
  } finally {
    clearInterval(resident);
    clearInterval(heap);
  }
}
