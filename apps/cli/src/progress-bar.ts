import type { Terminal } from './terminal.js';

const REDRAW_MS = 100;
const WIDTH = 24;

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
      terminal.redraw(barOf(step));
    },
    clear() {
      if (drawn) terminal.redraw('');
      drawn = false;
      drawnAt = -Infinity;
    },
  };
}

export function barOf({ done, of, words }: Step): string {
  if (of === undefined || of === 0) return words;
  const share = Math.min(1, done / of);
  const full = Math.round(share * WIDTH);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${percent} %  ${words}`;
}
