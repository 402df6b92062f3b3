import { resolve } from 'node:path';
import { ConfigError, type ParsedConfig, createLogger, parseConfig } from '@offramp/service';
import { type DataLock, DirectoryInUse, lockDirectory } from './data-lock.js';
import { type ProcessLife, tellParent, watchProcess } from './process-life.js';
import { type Server, startServer } from './server.js';

/** The codes of this process; `offramp start` ends with the same (CONTRACT §4). */
const EXIT = { stopped: 0, badConfiguration: 2, unavailable: 3 } as const;

const VERSION = '0.1.0';
/** Standard output is for the one line that says where the server is; the log goes to standard error. */
const STANDARD_ERROR = { write: (line: string) => void process.stderr.write(line) };

/** Runs the server until it is asked to stop, or can't go on. Resolves with the exit code of the process. */
export async function runStandalone(environment: NodeJS.ProcessEnv): Promise<number> {
  const parsed = readConfig(environment);
  if (parsed === undefined) return EXIT.badConfiguration;
  const lock = takeLock(resolve(parsed.config.dataDir));
  if (lock === undefined) return EXIT.unavailable;
  try {
    return await serve(parsed, lock);
  } finally {
    lock.release();
  }
}

async function serve({ config, warnings }: ParsedConfig, lock: DataLock): Promise<number> {
  const logger = createLogger(config.logLevel, STANDARD_ERROR);
  const life = watchProcess((error) => {
    logger.fatal({ err: error }, 'the process ends at once: it met an error that nobody expected');
    process.exit(EXIT.unavailable);
  });
  for (const warning of warnings) logger.warn(warning);
  const server = await start();
  if (typeof server === 'number') return server;
  lock.announce(server.url);
  process.stdout.write(`Offramp is ready at ${server.url} (data in ${config.dataDir})\n`);
  tellParent({ ready: server.url });
  return untilStopped(server, life);

  async function start(): Promise<Server | number> {
    const startedAt = new Date().toISOString();
    const dataDir = resolve(config.dataDir);
    const installation = { version: VERSION, dataDir, token: lock.token, startedAt, requestStop: life.requestStop };
    try {
      return await startServer({ config: { ...config, dataDir }, logger, installation });
    } catch (error) {
      if (error instanceof ConfigError) return refuse(error);
      logger.fatal({ err: error }, 'the server could not start');
      process.stderr.write(`Offramp could not start: ${error instanceof Error ? error.message : String(error)}\n`);
      return EXIT.unavailable;
    }
  }

  async function untilStopped(running: Server, { stopRequested }: ProcessLife): Promise<number> {
    const failure = await Promise.race([stopRequested, running.failed]);
    if (failure === undefined) {
      await running.stop();
      return EXIT.stopped;
    }
    // What failed can't be closed in order either. Everything acknowledged is durable, and the next start goes on from it.
    logger.fatal({ err: failure }, 'the server cannot go on and ends');
    return EXIT.unavailable;
  }
}

function readConfig(environment: NodeJS.ProcessEnv): ParsedConfig | undefined {
  try {
    return parseConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    refuse(error);
    return undefined;
  }
}

function refuse({ message }: ConfigError): number {
  process.stderr.write(`${message}\n`);
  return EXIT.badConfiguration;
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
