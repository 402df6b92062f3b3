/*
 * One colour, one mark and one word for each state, the same in the CLI and the web console. A colour never stands alone:
 * the marks and words carry the meaning, for pipes and for people who do not see the difference.
 */

export const MARKS = {
  clear: { mark: '○', word: 'clear', colour: 245 },
  redirecting: { mark: '●', word: 'redirected', colour: 214 },
  warned: { mark: '▲', word: 'warned', colour: 208 },
  ended: { mark: '■', word: 'ended', colour: 160 },
  guarded: { mark: '◆', word: 'guarded', colour: 33 },
  reopened: { mark: '↺', word: 'reopened', colour: 37 },
  refused: { mark: '□', word: 'refused', colour: 160 },
  unknown: { mark: '▨', word: 'unknown', colour: 240 },
} as const;

export type State = keyof typeof MARKS;

/** Colours text for a state, or leaves it alone. */
export type Paint = (state: State, text: string) => string;

const RESET = '\x1b[0m';

export function paintFor(coloured: boolean): Paint {
  if (!coloured) return (_state, text) => text;
  return (state, text) => `\x1b[38;5;${MARKS[state].colour}m${text}${RESET}`;
}

export function dim(coloured: boolean, text: string): string {
  return coloured ? `\x1b[2m${text}${RESET}` : text;
}

/** `■ ended`. */
export function markAndWord(state: State): string {
  return `${MARKS[state].mark} ${MARKS[state].word}`;
}
