import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/**
 * Asks again and again until the answer is something. What is thrown counts as nothing: whoever is asked may just be dead.
 * @template Result
 * @param {{ what: string, withinMs: number }} wish `what` is for the message when it does not come
 * @param {() => Result | undefined | false | Promise<Result | undefined | false>} ask
 * @returns {Promise<Result>}
 */
export async function until({ what, withinMs }, ask) {
  const end = performance.now() + withinMs;
  /** @type {unknown} */
  let last;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      const why = last instanceof Error ? ` (${last.message})` : '';
      throw new Error(`Not within ${withinMs / 1000} s: ${what}${why}`, { cause: last });
    }
    await pause(LOOK_EVERY_MS);
  }
}

/** @param {number} ms */
export function wait(ms) {
  return pause(ms);
}
