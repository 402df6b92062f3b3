/*
 * What is known of another clock. It was asked for, or stamped something, between two moments of this process, so it is known
 * up to the time in between. Moments are of a clock that nobody sets (`performance.now`), ms.
 */

/** How far the own clock may run away from those moments before nobody knows what an estimate is worth. */
const STEP_MS = 1000;

export interface OwnClock {
  /** What it shows, ms since 1970. */
  readonly time: number;
  /** When it shows that. */
  readonly moment: number;
}

export interface ClockEstimate {
  /** How far the other clock is ahead of the moments, at least and at most. */
  readonly least: number;
  /** Infinity, where nobody knows how long what it stamped has been under way. */
  readonly most: number;
  /** How far the own clock was ahead of them. */
  readonly own: number;
}

/** The other clock said `time` at some moment between the two. */
export function estimateBetween(
  time: number,
  { earliest, latest }: { readonly earliest: number; readonly latest: number },
  own: OwnClock,
): ClockEstimate {
  return { least: time - latest, most: time - earliest, own: own.time - own.moment };
}

/** It said `time` at this moment or before. */
export function estimateBefore(time: number, own: OwnClock): ClockEstimate {
  return estimateBetween(time, { earliest: -Infinity, latest: own.moment }, own);
}

/**
 * How far the own clock is ahead of the other one for certain, ms; negative where it is behind, 0 where it may be right.
 * undefined where somebody has set it since, or the machine has slept: then the estimate says nothing any more.
 */
export function certainlyAhead({ least, most, own }: ClockEstimate, { time, moment }: OwnClock): number | undefined {
  const now = time - moment;
  if (Math.abs(now - own) > STEP_MS) return undefined;
  if (now > most) return now - most;
  return now < least ? now - least : 0;
}
