import { Problem, parseParameter } from '@offramp/service';
import { z } from 'zod';

/** How long a caller waits who does not say how long, ms. */
export const WAIT_MS = 2000;
export const WAIT_MS_MAX = 10_000;

export const waitQuerySchema = z.object({
  wait: z
    .literal('verdict')
    .optional()
    .describe('Wait for the verdict, 2 seconds unless `Prefer: wait=SECONDS` says more'),
});

/** RFC 7240, `Prefer: wait=SECONDS`, among other preferences that mean nothing here. */
const PREFERRED = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=$|[,;])/i;

/** How long to wait for the verdict, ms, at most 10 s; undefined: not at all. */
export function waitMsOf(query: unknown, prefer: string | string[] | undefined): number | undefined {
  const { wait } = parseParameter(waitQuerySchema, query);
  const [, seconds] = PREFERRED.exec([prefer ?? []].flat().join(',')) ?? [];
  if (seconds !== undefined) return Number(seconds) === 0 && wait === undefined ? undefined : capped(Number(seconds));
  return wait === undefined ? undefined : WAIT_MS;
}

/** Lines are for many messages at a time; nobody waits for each. */
export function refuseToWait(query: unknown): void {
  if (parseParameter(waitQuerySchema, query).wait === undefined) return;
  throw new Problem('malformed-request', { detail: 'wait=verdict is for single messages, not for lines' });
}

function capped(seconds: number): number {
  return Math.min(seconds * 1000, WAIT_MS_MAX);
}
