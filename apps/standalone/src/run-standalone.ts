import { resolve } from 'node:path';
import {
  type DataLock,
  DirectoryInUse,
  PROCESS_EXIT,
  lockDirectory,
  readConfig,
  runService,
  tellParent,
} from '@offramp/service/process';
import { startServer } from './server.js';

const VERSION = '0.1.0';

/** Runs the server until it is asked to stop, or can't go on. Resolves with the exit code of the process. */
export async function runStandalone(environment: NodeJS.ProcessEnv): Promise<number> {
  const parsed = readConfig(environment);
  if (parsed === undefined) return PROCESS_EXIT.badConfiguration;
  const dataDir = resolve(parsed.config.dataDir);
  const lock = takeLock(dataDir);
  if (lock === undefined) return PROCESS_EXIT.unavailable;
  try {
    return await runService(parsed, {
      name: 'Offramp',
      ready: (url) => lock.announce(url),
      start: ({ config, logger, requestStop }) => {
        const startedAt = new Date().toISOString();
        const installation = { version: VERSION, dataDir, token: lock.token, startedAt, requestStop };
        return startServer({ config: { ...config, dataDir }, logger, installation });
      },
    });
  } finally {
    lock.release();
  }
}

function takeLock(directory: string): DataLock | undefined {
  try {
    return lockDirectory(directory);
  } catch (error) {
    if (error instanceof DirectoryInUse) tellParent({ inUse: true });
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}
