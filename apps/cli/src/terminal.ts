import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { EXIT } from './exits.js';

/** Where a command writes: results to `out`, everything else (progress, problems) to `err`. */
export interface Terminal {
  /** One line of the result. Resolves when the reader has taken it, so that a slow pipe slows the command down. */
  out(line: string): Promise<void>;
  /** The same for what is no line of text. */
  outBytes(bytes: Uint8Array): Promise<void>;
  err(line: string): void;
  /** Overwrites the line that the cursor is on; only where `interactive`. */
  redraw(text: string): void;
  /** Asks a person and resolves with the line that they type; undefined: they have closed the input. Only where `canAsk`. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** Whether a person reads `err` and can type. */
  readonly canAsk: boolean;
  /** Whether a person looks at `err`: progress bars make sense. */
  readonly interactive: boolean;
  /** Whether `out` may be coloured. */
  readonly coloured: boolean;
  /** Characters in a line of `err`; it changes when somebody changes the window. */
  readonly columns: number;
}

const COLUMNS_OTHERWISE = 80;

export function processTerminal(env: NodeJS.ProcessEnv = process.env): Terminal {
  const { stdin, stdout, stderr } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) closes the pipe; that is no failure.
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    writeSync(stderr.fd, `The output cannot be written: ${error.message}\n`);
    process.exit(EXIT.unavailable);
  });
  return {
    out: (line) => written(stdout, `${line}\n`),
    outBytes: (bytes) => written(stdout, bytes),
    err: (line) => void stderr.write(`${line}\n`),
    redraw: (text) => void stderr.write(`\r\x1b[2K${text}`),
    ask,
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    interactive: stderr.isTTY === true,
    coloured: stdout.isTTY === true && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb',
    get columns() {
      // 0 where the terminal does not know.
      return stderr.columns || COLUMNS_OTHERWISE;
    },
  };
}

function written(stream: NodeJS.WriteStream, text: string | Uint8Array): Promise<void> {
  if (stream.write(text)) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('drain', resolve);
  });
}

/** The terminal itself edits the line and turns Ctrl-C into a signal, so that it means here what it means elsewhere. */
async function ask(question: string, signal: AbortSignal): Promise<string | undefined> {
  const { stdin, stderr } = process;
  const lines = createInterface({ input: stdin, terminal: false });
  stderr.write(question);
  try {
    const closed = once(lines, 'close').then(() => undefined);
    return await Promise.race([lines.question('', { signal }), closed]);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    lines.close();
  }
}
