import { badUsage } from './exits.js';
import type { Session } from './session.js';

/** Something that takes away what nobody can bring back at once. */
export interface Danger {
  /** What will happen, in whole sentences. */
  readonly what: string;
  /** Typed by somebody who wants it. */
  readonly word: string;
  /** `--yes` was said. */
  readonly yes: boolean | undefined;
  readonly signal: AbortSignal;
}

/** Returns once somebody has agreed: by `--yes`, or by typing the word on a terminal. Anything else is bad usage. */
export async function confirmed({ terminal }: Session, { what, word, yes, signal }: Danger): Promise<void> {
  if (yes === true) return;
  if (!terminal.canAsk) throw badUsage(`${what} Say --yes to do it, or confirm it on a terminal.`);
  const answer = await terminal.ask(`${what}\nTo do it, type ${word}: `, signal);
  if (answer?.trim() !== word) throw badUsage('Not confirmed: nothing was done.');
}
