import { constants } from 'node:os';
import type { Terminal } from './terminal.js';

/** What a command has around it. */
export interface Session {
  readonly env: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
  /** The code of the process once the command has ended; 0 where nobody sets one. */
  exit(code: number): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The command was ended by a signal before it was done. */
export class Interrupted extends Error {
  constructor(readonly exit: number) {
    super('Interrupted.');
    this.name = 'Interrupted';
  }
}

/**
 * Runs until it is done or a signal comes. The first signal aborts, with `Interrupted` as the reason, so that what was
 * started is stopped in good order; a second one ends the process at once.
 */
export async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = (signal: (typeof SIGNALS)[number]) => {
    const exit = 128 + constants.signals[signal];
    if (controller.signal.aborted) process.exit(exit);
    controller.abort(new Interrupted(exit));
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    return await run(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
