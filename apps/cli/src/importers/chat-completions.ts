import type { Importer, ReadValue } from './conversation.js';
import { type JsonObject, idOf, isObject, listOf, objectOf, stringOf, textOf } from './json.js';
import { lineOf, type Turn } from './linear.js';
import { isSpoken, roleOf } from './roles.js';

/** Chat Completions: `{messages}`, a batch request with `body.messages`, or a bare list of messages; one a line. */
export const chatCompletions: Importer = {
  format: 'chat-completions',
  accepts: (value) => messagesOf(value) !== undefined,
  read(value): ReadValue {
    const row = objectOf(value);
    const id = idOf(row['id']) ?? idOf(row['custom_id']) ?? idOf(row['conversation_id']);
    return lineOf('chat-completions', id, (messagesOf(value) ?? []).map(turnOf));
  },
};

function messagesOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value.every(isMessage) && value.length > 0 ? value : undefined;
  const row = objectOf(value);
  const messages = row['messages'] ?? objectOf(row['body'])['messages'];
  return Array.isArray(messages) ? messages : undefined;
}

/** Also used to tell a bare list of messages from a list of conversations. */
export function isMessage(value: unknown): boolean {
  return isObject(value) && typeof value['role'] === 'string' && 'content' in value;
}

function turnOf(value: unknown): Turn {
  const message = objectOf(value);
  const role = roleOf(message['role']);
  const text = isSpoken(role) ? (textIn(message['content']) ?? stringOf(message['refusal'])) : undefined;
  return { role, ...(text === undefined ? {} : { text }) };
}

function textIn(content: unknown): string | undefined {
  if (!Array.isArray(content)) return textOf([content]);
  return textOf(listOf(content).map((part) => (isText(part) ? part['text'] : part)));
}

function isText(part: unknown): part is JsonObject {
  return isObject(part) && (part['type'] === 'text' || part['type'] === 'input_text' || part['type'] === 'output_text');
}
