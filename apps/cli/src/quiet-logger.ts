import { type Logger, createLogger } from '@offramp/service/process';
import type { Session } from './session.js';

/** What a command says beside its result, and whether it does. */
export interface Telling extends Pick<Session, 'env'> {
  readonly terminal: Pick<Session['terminal'], 'err'>;
}

/** What libraries have to say in a command is said only where it is asked for, and never beside the result. */
export function quietLogger({ env, terminal }: Telling): Logger {
  const asked = env['OFFRAMP_LOG_LEVEL'];
  const level = asked === 'debug' || asked === 'trace' ? asked : 'fatal';
  return createLogger(level, { write: (line) => terminal.err(line.trimEnd()) });
}
