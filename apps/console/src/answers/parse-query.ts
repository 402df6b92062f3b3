import type { QueryRefusal } from '@offramp/read-models';
import { type InvalidPart, Problem } from '@offramp/service';
import type { z } from 'zod';

/**
 * Checks a query string by a strict schema. Throws Problem `invalid-query` that names each parameter: one that is not known is
 * refused, because a filter that is silently ignored answers another question than the one that was asked.
 */
export function parseQuery<Schema extends z.ZodObject>(schema: Schema, query: unknown): z.output<Schema> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape).join(', ');
  throw invalidQuery(parsed.error.issues.flatMap((issue) => partsOf(issue, known)));
}

export function invalidQuery(errors: readonly InvalidPart[]): Problem {
  return new Problem('invalid-query', { errors });
}

/** What the read models would not answer, told to whoever asked. */
export function refused({ parameter, detail }: QueryRefusal): Problem {
  return invalidQuery([{ parameter, detail }]);
}

/** More than these help nobody. */
const UNKNOWN_MAX = 20;

function partsOf(issue: z.core.$ZodIssue, known: string): InvalidPart[] {
  if (issue.code === 'unrecognized_keys') {
    const detail = `There is no such parameter. There are: ${known}`;
    return issue.keys.slice(0, UNKNOWN_MAX).map((parameter) => ({ parameter, detail }));
  }
  return [{ parameter: String(issue.path[0] ?? ''), detail: issue.message }];
}
