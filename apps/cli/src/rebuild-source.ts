import { fileURLToPath, pathToFileURL } from 'node:url';
import { type EventLog, mergedSource } from '@offramp/log';
import type { OpenRebuildSource, RebuildSource } from '@offramp/read-models';
import { openOwnLog } from './own-log.js';

/** Built code, also where this file is run from its source. */
const THIS = pathToFileURL(fileURLToPath(new URL('../dist/rebuild-source.js', import.meta.url))).href;

/** The log as history for a rebuild, which threads open by the same settings. */
export function sourceOfLog(log: EventLog, env: NodeJS.ProcessEnv): RebuildSource {
  return { ...mergedSource(log), opener: { module: THIS, given: { ...env } } };
}

/** What such a thread calls. */
export async function openRebuildSource(env: NodeJS.ProcessEnv): Promise<OpenRebuildSource> {
  const tell = (text: string): void => void process.stderr.write(`${text}\n`);
  const log = await openOwnLog({ env, terminal: { err: tell } });
  return { ...mergedSource(log), close: () => log.close() };
}
