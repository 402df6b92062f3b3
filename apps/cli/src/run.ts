import { CommanderError } from 'commander';
import { ApiProblem, failureOf } from './api.js';
import { CommandFailure, EXIT } from './exits.js';
import { createProgram } from './program.js';
import { Interrupted } from './session.js';
import type { Terminal } from './terminal.js';

export interface Run {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
}

/** Runs one command line, tells what went wrong where something did, and returns the exit code. */
export async function run({ args, env, terminal }: Run): Promise<number> {
  let code: number = EXIT.done;
  const program = createProgram({ env, terminal, exit: (chosen) => (code = chosen) });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return codeOf(error, terminal);
  }
}

function codeOf(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) {
    // Commander has printed its own message. Help that somebody asked for is no failure; help for want of a command is.
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  if (error instanceof Interrupted) return error.exit;
  const failure = error instanceof ApiProblem ? failureOf(error) : error;
  if (failure instanceof CommandFailure) {
    terminal.err(failure.message);
    return failure.exit;
  }
  terminal.err(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT.unavailable;
}
