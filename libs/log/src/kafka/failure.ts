import { setTimeout as pause } from 'node:timers/promises';
import { LogError } from '../event-log.js';

/** What does not go away by itself. Everything else may: brokers come back, leaders are elected, quotas end. */
const LASTING = new Set([
  ...['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'CORRUPT_MESSAGE'],
  ...['TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED'],
  ...['SASL_AUTHENTICATION_FAILED', 'UNSUPPORTED_SASL_MECHANISM', 'ILLEGAL_SASL_STATE', 'UNSUPPORTED_VERSION'],
  ...['INVALID_TOPIC_EXCEPTION', 'POLICY_VIOLATION', 'INVALID_CONFIG', 'INVALID_REPLICATION_FACTOR'],
]);
/** Errors of kafkajs that have no type of the protocol. */
const LASTING_NAMES = new Set([
  'KafkaJSSASLAuthenticationError',
  'KafkaJSNotImplemented',
  'KafkaJSUnsupportedMagicByteInMessageSet',
]);

/** kafkajs tells "retries exceeded" as not retriable; whether it may help to try later is in its cause. */
export function toLogError(what: string, cause: unknown): LogError {
  if (cause instanceof LogError) return cause;
  const lasting = causesOf(cause).some(({ type, name }) => LASTING.has(type ?? '') || LASTING_NAMES.has(name ?? ''));
  return new LogError(`${what}: ${messageOf(cause)}`, !lasting, { cause });
}

export function typesOf(error: unknown): readonly string[] {
  return causesOf(error).flatMap(({ type }) => (type === undefined ? [] : [type]));
}

interface KafkaFailure {
  readonly type?: string;
  readonly name?: string;
  readonly cause?: unknown;
}

const CAUSES_MAX = 5;

function causesOf(error: unknown): readonly KafkaFailure[] {
  const causes: KafkaFailure[] = [];
  let each = error as KafkaFailure | undefined;
  while (each !== undefined && each !== null && causes.length < CAUSES_MAX) {
    causes.push(each);
    each = each.cause as KafkaFailure | undefined;
  }
  return causes;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A killed leader is replaced within 6 to 16 s with the brokers' default time-outs. */
const TRY_FOR_MS = 25_000;
const PAUSE_MS = 100;
const PAUSE_MS_MAX = 1000;

export interface Attempts {
  /** For the message when all have failed. */
  readonly what: string;
  readonly signal: AbortSignal;
}

/** Tries until it succeeds, for as long as a cluster takes to recover. `work` has to be safe to repeat. */
export async function tryUntilRecovered<Result>(
  { what, signal }: Attempts,
  work: () => Promise<Result>,
): Promise<Result> {
  const until = performance.now() + TRY_FOR_MS;
  for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
    try {
      return await work();
    } catch (cause) {
      const error = toLogError(what, cause);
      if (!error.retriable || signal.aborted || performance.now() > until) throw error;
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) throw error;
    }
  }
}
