import type { Logger } from 'pino';
import { type Config, ConfigError, type ParsedConfig, parseConfig } from '../config/config.js';
import { createLogger } from '../logging.js';
import { tellParent, watchProcess } from './process-life.js';

/** How a process of ours ends; `offramp start` ends with the same (CONTRACT §4). */
export const PROCESS_EXIT = { stopped: 0, badConfiguration: 2, unavailable: 3 } as const;

/** What a process runs, once it is ready. */
export interface RunningService {
  /** `http://address:port`. */
  readonly url: string;
  /** Resolves with the reason when it can't go on. */
  readonly failed: Promise<Error>;
  /** Takes no more requests, finishes those that are there, and closes everything in order. */
  stop(): Promise<void>;
}

export interface ServiceProcess {
  /** As its first line names it. */
  readonly name: string;
  start(context: ServiceContext): Promise<RunningService>;
  /** Called when it listens, before anybody is told. */
  ready?(url: string): void;
}

export interface ServiceContext {
  readonly config: Config;
  readonly logger: Logger;
  /** Ends the process in good order. Returns at once. */
  readonly requestStop: () => void;
}

/** Standard output is for the one line that says where the service is; the log goes to standard error. */
const STANDARD_ERROR = { write: (line: string) => void process.stderr.write(line) };

/** undefined: it is not valid, and what is wrong was said. */
export function readConfig(environment: NodeJS.ProcessEnv): ParsedConfig | undefined {
  try {
    return parseConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    say(error.message);
    return undefined;
  }
}

/** Runs until it is asked to stop, or can't go on. Resolves with the exit code of the process. */
export async function runService({ config, warnings }: ParsedConfig, service: ServiceProcess): Promise<number> {
  const logger = createLogger(config.logLevel, STANDARD_ERROR);
  const life = watchProcess((error) => {
    logger.fatal({ err: error }, 'the process ends at once: it met an error that nobody expected');
    process.exit(PROCESS_EXIT.unavailable);
  });
  for (const warning of warnings) logger.warn(warning);
  const running = await started(service, { config, logger, requestStop: life.requestStop });
  if (typeof running === 'number') return running;
  service.ready?.(running.url);
  process.stdout.write(`${service.name} is ready at ${running.url}\n`);
  tellParent({ ready: running.url });
  const failure = await Promise.race([life.stopRequested, running.failed]);
  if (failure === undefined) {
    await running.stop();
    return PROCESS_EXIT.stopped;
  }
  // What failed can't be closed in order either. Everything acknowledged is durable, and the next start goes on from it.
  logger.fatal({ err: failure }, 'the process cannot go on and ends');
  return PROCESS_EXIT.unavailable;
}

async function started({ name, start }: ServiceProcess, context: ServiceContext): Promise<RunningService | number> {
  try {
    return await start(context);
  } catch (error) {
    if (error instanceof ConfigError) {
      say(error.message);
      return PROCESS_EXIT.badConfiguration;
    }
    context.logger.fatal({ err: error }, 'the process could not start');
    say(`${name} could not start: ${error instanceof Error ? error.message : String(error)}`);
    return PROCESS_EXIT.unavailable;
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
