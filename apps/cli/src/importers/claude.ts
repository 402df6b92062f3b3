import type { Importer, ReadValue } from './conversation.js';
import { type JsonObject, idOf, isObject, listOf, objectOf, textOf } from './json.js';
import { isSpoken, roleOf } from './roles.js';
import { hashOf, stableId } from './stable-id.js';
import { timeOf } from './time.js';
import { type ExportedNode, orderTree } from './tree.js';

/*
 * Claude's `conversations.json`. Newer exports name each message's parent, and so keep edits and retries; in older ones
 * the order of the list is the conversation. One message is one whole turn, with its thoughts and tools in blocks.
 */

export const claude: Importer = {
  format: 'claude',
  accepts: (value) => isObject(value) && Array.isArray(value['chat_messages']),
  read(value): ReadValue {
    const conversation = objectOf(value);
    const messages = orderTree(nodesOf(listOf(conversation['chat_messages']).map(objectOf)));
    if (messages.length === 0) return { refused: 'has no messages' };
    const own = idOf(conversation['uuid']) ?? hashOf(...messages.map(({ messageId }) => messageId));
    return { threadId: stableId(`claude:${own}`), messages };
  },
};

/** A message that names no parent follows the one before it in the list; a parent that isn't in the file is a root. */
function nodesOf(messages: readonly JsonObject[]): readonly ExportedNode[] {
  let before: string | null = null;
  return messages.map((message, at) => {
    const text = visibleText(message);
    const time = timeOf(message['created_at']);
    const id = idOf(message['uuid']) ?? `${at + 1}-${hashOf(String(message['sender']), text ?? '')}`;
    const parent: string | null =
      'parent_message_uuid' in message ? (idOf(message['parent_message_uuid']) ?? null) : before;
    const role = roleOf(message['sender']);
    before = id;
    return {
      id,
      parent,
      role,
      ...(text === undefined || !isSpoken(role) ? {} : { text }),
      ...(time === undefined ? {} : { at: time }),
    };
  });
}

/** `text` is a flat copy that also holds placeholders for tools, so the blocks come first where there are any. */
function visibleText(message: JsonObject): string | undefined {
  const blocks = listOf(message['content']).map(objectOf);
  if (blocks.length === 0) return textOf([message['text']]);
  return textOf(blocks.filter(({ type }) => type === 'text').map(({ text }) => text));
}
