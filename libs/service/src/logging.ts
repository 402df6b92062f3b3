import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import type { Config } from './config/config.js';

/*
 * Invariant TEXT-FREE. Nothing that a person or a model wrote may reach the program's log. Bodies are never logged; what is
 * below is the second line of defence, against a field or an error message that carries a text by mistake.
 */

const NEVER_LOGGED = ['text', 'comment', 'reason', 'context', 'body', 'authorization', 'notice', 'instruction'];
const REDACTED = NEVER_LOGGED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** JSON lines on standard output, or to `destination`. */
export function createLogger(level: Config['logLevel'], destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    redact: { paths: REDACTED, remove: true },
    serializers: { err: errorWithoutText },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** The parser of JSON quotes what it could not parse, so its messages are left out. */
function errorWithoutText(error: Error): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  if (error instanceof SyntaxError) return { type: error.name, stack: framesOf(error) };
  const { type, message, code } = stdSerializers.err(error) as { type: string; message: string; code?: unknown };
  const cause = error.cause instanceof Error ? { cause: errorWithoutText(error.cause) } : {};
  return { type, message, ...(code === undefined ? {} : { code }), stack: framesOf(error), ...cause };
}

function framesOf(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}

/** What Nest says of itself, by pino. Its ordinary messages at start are for `debug`. */
export class NestLogs implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  private write(
    level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: readonly unknown[],
  ): void {
    const context = rest.at(-1);
    const fields = typeof context === 'string' ? { context } : {};
    if (message instanceof Error) this.logger[level]({ ...fields, err: message });
    else this.logger[level](fields, String(message));
  }
}
