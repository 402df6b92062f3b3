import { LINES_MEDIA_TYPE, Problem } from '@offramp/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';

export const JSON_TYPE = 'application/json';
export const CSV_TYPE = 'text/csv';
export const TEXT_TYPE = 'text/plain';
/** What a list comes as. The first one is for those who say nothing. */
export const LIST_TYPES = [JSON_TYPE, CSV_TYPE, LINES_MEDIA_TYPE] as const;
/** The media types in UTF-8 that say so; JSON and its lines are always UTF-8. */
export const WITH_CHARSET: Readonly<Record<string, string>> = {
  [CSV_TYPE]: 'text/csv; charset=utf-8; header=present',
  [TEXT_TYPE]: 'text/plain; charset=utf-8',
};

export interface Http {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The one of `offered` that the caller likes best (RFC 9110, 12.5.1), said in the answer. Throws Problem `not-acceptable`. */
export function chooseType<Type extends string>({ request, reply }: Http, offered: readonly [Type, ...Type[]]): Type {
  reply.header('vary', 'Accept');
  const chosen = new Negotiator(request.raw).mediaType([...offered]) as Type | undefined;
  if (chosen === undefined) throw new Problem('not-acceptable', { detail: `There is ${offered.join(', ')}` });
  reply.header('content-type', WITH_CHARSET[chosen] ?? chosen);
  return chosen;
}
