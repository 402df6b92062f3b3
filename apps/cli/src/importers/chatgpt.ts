import type { Role } from '@offramp/events';
import type { Importer, ReadValue } from './conversation.js';
import { type JsonObject, idOf, isObject, listOf, objectOf, stringOf, textOf } from './json.js';
import { roleOf } from './roles.js';
import { hashOf, stableId } from './stable-id.js';
import { timeOf } from './time.js';
import { type ExportedNode, orderTree } from './tree.js';

/*
 * ChatGPT's `conversations.json`. Every node that has a message is kept, because nodes that nobody saw (thoughts, calls of
 * tools, hidden context) carry the tree from a question to its answer. What nobody saw has no text and is not the user's
 * or the assistant's: so a thought never counts as the answer that delivered a warning, and a profile is not a user turn.
 */

const NEVER_SHOWN = new Set(['thoughts', 'reasoning_recap', 'user_editable_context', 'model_editable_context']);

export const chatgpt: Importer = {
  format: 'chatgpt',
  accepts: (value) => isObject(value) && isObject(value['mapping']),
  read(value): ReadValue {
    const conversation = objectOf(value);
    const nodes = Object.entries(objectOf(conversation['mapping'])).map(([id, node]) => nodeOf(id, objectOf(node)));
    const messages = orderTree(nodes);
    if (messages.length === 0) return { refused: 'has no messages' };
    const id = idOf(conversation['conversation_id']) ?? idOf(conversation['id']);
    const own = id ?? hashOf(...messages.flatMap(({ messageId, text }) => [messageId, text ?? '']));
    return { threadId: stableId(`chatgpt:${own}`), messages };
  },
};

function nodeOf(id: string, node: JsonObject): ExportedNode {
  const links = { id, parent: idOf(node['parent']) ?? null, children: listOf(node['children']) };
  if (!isObject(node['message'])) return { ...links, role: 'system', isStructure: true };
  const message = node['message'];
  const role = roleOf(objectOf(message['author'])['role']);
  const at = timeOf(message['create_time']);
  const time = at === undefined ? {} : { at };
  if (!isShown(message, role)) return { ...links, ...time, role: role === 'assistant' ? 'tool' : notAUser(role) };
  const text = visibleText(objectOf(message['content']));
  return { ...links, ...time, role, ...(text === undefined ? {} : { text }) };
}

function notAUser(role: Role): Role {
  return role === 'user' ? 'system' : role;
}

function isShown(message: JsonObject, role: Role): boolean {
  const metadata = objectOf(message['metadata']);
  const recipient = message['recipient'] ?? 'all';
  return (
    (role === 'user' || role === 'assistant') &&
    recipient === 'all' &&
    metadata['is_visually_hidden_from_conversation'] !== true &&
    metadata['is_user_system_message'] !== true &&
    !NEVER_SHOWN.has(String(objectOf(message['content'])['content_type']))
  );
}

/** Text of the known types. A type that nobody knows is kept without text, so it is not assessed. */
function visibleText(content: JsonObject): string | undefined {
  switch (content['content_type']) {
    case 'text':
    case 'multimodal_text':
      return textOf(listOf(content['parts']).map(textOfPart));
    case 'code':
    case 'execution_output':
      return textOf([content['text']]);
    default:
      return undefined;
  }
}

function textOfPart(part: unknown): string | undefined {
  if (!isObject(part)) return stringOf(part);
  return part['content_type'] === 'audio_transcription' ? stringOf(part['text']) : undefined;
}
