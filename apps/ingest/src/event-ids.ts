import { randomUUID } from 'node:crypto';
import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import { EVENT_ID_LENGTH_MAX, encodePart, sha256Hex } from '@offramp/events';
import { Problem } from '@offramp/service';
import type { FastifyRequest } from 'fastify';

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** The header `Idempotency-Key` of the request; undefined where there is none. Throws Problem `malformed-request`. */
export function idempotencyKeyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && PRINTABLE.test(key)) return key;
  throw new Problem('malformed-request', { detail: 'Idempotency-Key is 1 to 255 printable ASCII characters' });
}

/** A parameter of a controller's method: the request's idempotency key. */
export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  idempotencyKeyOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/**
 * The id of an event that is not a message. A key counts once for each tenant, kind of call and thing that was called, so the
 * same key on another thread is another event. Four parts, where a message's id has three: they cannot be mistaken.
 */
export function eventIdOf(tenant: string, call: { kind: string; about: string }, key: string | undefined): string {
  if (key === undefined) return randomUUID();
  const id = [tenant, call.kind, call.about, key].map(encodePart).join('/');
  return id.length <= EVENT_ID_LENGTH_MAX ? id : sha256Hex(id);
}
