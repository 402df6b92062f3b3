import type { Terminal } from './terminal.js';

const REDRAW_MS = 100;
const WIDTH = 24;
/** A shorter bar says nothing. */
const WIDTH_MIN = 5;

/** What is done, of how much where that is known (bytes of the files), and a few words. */
export interface Step {
  readonly done: number;
  readonly of?: number | undefined;
  readonly words: string;
}

/** Draws on a terminal, at most ten times a second, and is silent in a pipe. */
export interface ProgressBar {
  show(step: Step): void;
  /** Removes the bar, so that lines can follow. */
  clear(): void;
}

export function progressBar(terminal: Terminal, now: () => number = Date.now): ProgressBar {
  let drawnAt = -Infinity;
  let drawn = false;
  return {
    show(step) {
      if (!terminal.interactive || now() - drawnAt < REDRAW_MS) return;
      drawnAt = now();
      drawn = true;
      terminal.redraw(barOf(step, terminal.columns));
    },
    clear() {
      if (drawn) terminal.redraw('');
      drawn = false;
      drawnAt = -Infinity;
    },
  };
}

/** One line, and never a second one, which could not be overwritten: the bar gives way to the words, and then they are cut. */
export function barOf({ done, of, words }: Step, columns: number): string {
  if (of === undefined || of === 0) return cut(words, columns);
  const share = Math.min(1, done / of);
  const text = `${String(Math.floor(share * 100)).padStart(3)} %  ${words}`;
  const width = Math.min(WIDTH, columns - 1 - text.length - 1);
  if (width < WIDTH_MIN) return cut(text.trimStart(), columns);
  const full = Math.round(share * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${text}`;
}

/** The last column stays free: some terminals go to the next line as soon as it is written. */
function cut(text: string, columns: number): string {
  return text.length < columns ? text : `${text.slice(0, Math.max(0, columns - 2))}…`;
}
