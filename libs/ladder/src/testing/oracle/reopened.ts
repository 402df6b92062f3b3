import { REOPENED_MAX, type MessageId } from '@offramp/events';
import type { DecisionDraft } from '../decided.js';
import { type Before, newestPolicy, openEnds } from './history.js';

/** Risk opens every end of the thread that is in force; one event names a bounded number of them. */
export function reopenedByRisk(before: Before, messageId: MessageId | undefined): DecisionDraft[] {
  const ids = openEnds(before).map(({ data }) => data.endId);
  const policy = newestPolicy(before).policy.id;
  const named = messageId === undefined ? {} : { messageId };
  const drafts: DecisionDraft[] = [];
  for (let from = 0; from < ids.length; from += REOPENED_MAX) {
    const endIds = ids.slice(from, from + REOPENED_MAX);
    drafts.push({ name: 'ConversationReopened', data: { ...named, endIds, cause: 'risk', policy } });
  }
  return drafts;
}
