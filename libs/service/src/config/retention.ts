import { z } from 'zod';

/** How long something that people wrote is kept; `off`: it is not stored at all. */
export type Retention = { readonly kind: 'off' } | { readonly kind: 'keep'; readonly ms: number };

const UNIT_MS = { h: 3_600_000, d: 86_400_000 } as const;
/** Ten years: a longer one is more likely a slip of the pen. */
const RETENTION_MS_MAX = 3650 * UNIT_MS.d;

const KEEP = /^keep:([1-9]\d{0,5})([hd])$/;

/** `off`, or `keep:` with a number of hours or days: `keep:12h`, `keep:30d`. */
export const retentionSchema = z.string().transform((text, context): Retention => {
  if (text === 'off') return { kind: 'off' };
  const [, count, unit] = KEEP.exec(text) ?? [];
  const ms = count === undefined ? NaN : Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (ms <= RETENTION_MS_MAX) return { kind: 'keep', ms };
  context.addIssue('is neither off nor a time to keep');
  return z.NEVER;
});
