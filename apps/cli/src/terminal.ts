/** Where a command writes: results to `out`, everything else (progress, problems) to `err`. */
export interface Terminal {
  /** One line of the result. Resolves when the reader has taken it, so that a slow pipe slows the command down. */
  out(line: string): Promise<void>;
  err(line: string): void;
  /** Overwrites the line that the cursor is on; only where `interactive`. */
  redraw(text: string): void;
  /** Whether a person looks at `err`: progress bars make sense. */
  readonly interactive: boolean;
  /** Whether `out` may be coloured. */
  readonly coloured: boolean;
  /** Characters in a line of `out`. */
  readonly columns: number;
}

const COLUMNS_OF_A_PIPE = 100;

export function processTerminal(env: NodeJS.ProcessEnv = process.env): Terminal {
  const { stdout, stderr } = process;
  // A reader that has seen enough (`| head`) closes the pipe; that is no failure.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    out: (line) => written(stdout, `${line}\n`),
    err: (line) => void stderr.write(`${line}\n`),
    redraw: (text) => void stderr.write(`\r\x1b[2K${text}`),
    interactive: stderr.isTTY === true,
    coloured: stdout.isTTY === true && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb',
    columns: stdout.columns ?? COLUMNS_OF_A_PIPE,
  };
}

function written(stream: NodeJS.WriteStream, text: string): Promise<void> {
  if (stream.write(text)) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('drain', resolve);
  });
}
