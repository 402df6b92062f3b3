import { HttpException } from '@nestjs/common';
import { LogFull } from '@offramp/log';
import { Problem } from './problem.js';
import type { ProblemName } from './problem-table.js';

/** Room is made by people, so there is no point in asking at once. */
const RETRY_AFTER_FULL_S = 10;
const RETRY_AFTER_S = 1;

/** What Fastify refuses by itself, before any of our code. https://fastify.dev/docs/latest/Reference/Errors/ */
const OF_FASTIFY: Readonly<Record<string, ProblemName>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
};

const OF_STATUS: Readonly<Record<number, ProblemName>> = {
  400: 'malformed-request',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'too-large',
  415: 'unsupported-media-type',
};

/** The problem that an error is for the caller. An unexpected one tells nothing of itself. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof LogFull) return new Problem('storage-full', { retryAfter: RETRY_AFTER_FULL_S, cause: error });
  if (isRetriable(error)) return new Problem('unavailable', { retryAfter: RETRY_AFTER_S, cause: error });
  const name = nameOf(error);
  return new Problem(name ?? 'internal', { cause: error });
}

/** The failures of the log and of the read models say so of themselves. */
function isRetriable(error: unknown): boolean {
  return error instanceof Error && 'retriable' in error && error.retriable === true;
}

function nameOf(error: unknown): ProblemName | undefined {
  // Nest wraps what Fastify refused; the cause says it more exactly.
  if (error instanceof HttpException) return nameOf(error.cause) ?? OF_STATUS[error.getStatus()];
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  if (typeof code === 'string' && code in OF_FASTIFY) return OF_FASTIFY[code];
  // The parser of JSON says so by a status of its own.
  if (error instanceof SyntaxError && statusCode === 400) return 'malformed-json';
  const isOfFastify = typeof code === 'string' && code.startsWith('FST_');
  if (!isOfFastify || typeof statusCode !== 'number' || statusCode >= 500) return undefined;
  return OF_STATUS[statusCode] ?? 'malformed-request';
}
