/*
 * Where a process may be told to die or to hang, as by `kill -9` or SIGSTOP, so that a test can have it do so at just this
 * place. Nothing is armed in a process that is not tested, and passing by is then one comparison.
 */

export const FAIL_POINTS = [
  /** A batch was read, and nothing of it is decided. */
  'after-read',
  /** It is decided, and nothing of it is written. */
  'after-fold',
  /** Of several sends of decisions one is acknowledged, and the next one is not begun. */
  'between-decisions',
  /** All decisions are acknowledged, and none of their facts is written. */
  'after-decisions',
  /** Of several sends of facts one is acknowledged, and the progress that they belong to is not begun. */
  'between-facts',
  /** Facts and progress are acknowledged, and the local store has none of them. */
  'after-progress',
  /** The local store has them, too. */
  'after-checkpoint',
  /** Of several appends one is acknowledged, and the next one is not begun: a text without its message. */
  'between-appends',
  /** All appends are acknowledged by the brokers, and nobody was told. */
  'after-append',
] as const;
export type FailPoint = (typeof FAIL_POINTS)[number];

export interface ArmedFailPoint {
  readonly point: FailPoint;
  /** At which time of passing it, from 1 on. */
  readonly count: number;
  /** To stop is to hang there until somebody sends SIGCONT. */
  readonly action: 'die' | 'stop';
}

let armed: { readonly point: FailPoint; readonly signal: 'SIGKILL' | 'SIGSTOP'; left: number } | undefined;

/** Of this process, for tests only; at most one. */
export function armFailPoint({ point, count, action }: ArmedFailPoint): void {
  armed = { point, signal: action === 'die' ? 'SIGKILL' : 'SIGSTOP', left: count };
}

/** Does not return where the process is to die here, and not before somebody continues it where it is to stop. */
export function passFailPoint(point: FailPoint): void {
  if (armed === undefined || armed.point !== point || --armed.left > 0) return;
  const { signal } = armed;
  armed = undefined;
  process.kill(process.pid, signal);
}
