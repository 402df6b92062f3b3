import { messageIdSchema, threadIdSchema } from '@offramp/events';
import type { Queries } from '@offramp/read-models';
import type { FindDecision } from './tokens.js';

/** Looks decisions up in the read models. */
export function decisionFinder(readModels: { readonly queries: Pick<Queries, 'decision'> }): FindDecision {
  return async (tenant, decisionId) => {
    const found = await readModels.queries.decision(tenant, decisionId);
    if (found === undefined) return undefined;
    const { threadId, messageId } = found;
    return {
      threadId: threadIdSchema.parse(threadId),
      messageId: messageId === undefined ? undefined : messageIdSchema.parse(messageId),
    };
  };
}
