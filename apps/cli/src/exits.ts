/** The exit codes of the CLI (CONTRACT §4). They are chosen here and nowhere else. */
export const EXIT = {
  done: 0,
  /** It found what it looks for: differences, dead letters. */
  found: 1,
  usage: 2,
  unavailable: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a message for a person and a code for a script. */
export class CommandFailure extends Error {
  constructor(
    readonly exit: ExitCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CommandFailure';
  }
}

export function badUsage(message: string): CommandFailure {
  return new CommandFailure(EXIT.usage, message);
}

export function unavailable(message: string, cause?: unknown): CommandFailure {
  return new CommandFailure(EXIT.unavailable, message, cause === undefined ? undefined : { cause });
}
