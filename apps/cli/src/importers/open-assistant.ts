import type { Importer, ReadValue } from './conversation.js';
import { type JsonObject, idOf, isObject, listOf, objectOf, textOf } from './json.js';
import { isSpoken, roleOf } from './roles.js';
import { hashOf, stableId } from './stable-id.js';
import { timeOf } from './time.js';
import { type ExportedNode, orderTree } from './tree.js';

/*
 * Open-Assistant's JSON Lines: a tree, a thread or a single message a line, told apart by its id. Every message is kept,
 * also deleted ones and those that reviewers refused: they carry replies. Every leaf is a branch.
 */

export const openAssistant: Importer = {
  format: 'open-assistant',
  accepts: (value) => isObject(value) && (isTree(value) || isThread(value) || isMessage(value)),
  read(value): ReadValue {
    const row = objectOf(value);
    if (isTree(row)) return conversation(row['message_tree_id'], nodesUnder(objectOf(row['prompt'])));
    if (isThread(row)) return conversation(row['thread_id'], nodesInLine(listOf(row['thread']).map(objectOf)));
    return readMessages([row]);
  },
};

const isTree = (row: JsonObject): boolean => 'message_tree_id' in row && isObject(row['prompt']);
const isThread = (row: JsonObject): boolean => 'thread_id' in row && Array.isArray(row['thread']);
const isMessage = (row: JsonObject): boolean => 'message_id' in row && 'text' in row && 'role' in row;

/** The tree of a line that holds a single message, so that the lines of one tree can be read together. */
export function treeOfMessage(value: unknown): string | undefined {
  if (!isObject(value) || isTree(value) || isThread(value) || !isMessage(value)) return undefined;
  return idOf(value['message_tree_id']) ?? (value['parent_id'] == null ? idOf(value['message_id']) : undefined);
}

/** Single messages of one tree. Without the id of the tree only a first message says where it belongs. */
export function readMessages(rows: readonly unknown[]): ReadValue {
  const first = rows[0];
  const tree = treeOfMessage(first);
  if (tree === undefined) return { refused: 'is a reply that names no tree, so nobody can tell where it belongs' };
  return conversation(
    tree,
    rows.map((row, at) => nodeOf(objectOf(row), idOf(objectOf(row)['parent_id']) ?? null, String(at))),
  );
}

function conversation(id: unknown, nodes: readonly ExportedNode[]): ReadValue {
  const messages = orderTree(nodes);
  if (messages.length === 0) return { refused: 'has no messages' };
  return { threadId: stableId(`open-assistant:${idOf(id) ?? messages[0]?.messageId ?? ''}`), messages };
}

/** Iterative: a file may nest replies deeper than the stack goes. The nesting is the tree, whatever `parent_id` says. */
function nodesUnder(prompt: JsonObject): readonly ExportedNode[] {
  const nodes: ExportedNode[] = [];
  const stack: (readonly [row: JsonObject, parent: string | null, path: string])[] = [[prompt, null, '0']];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [row, parent, path] = next;
    const node = nodeOf(row, parent, path);
    nodes.push(node);
    const replies = listOf(row['replies']).filter(isObject);
    for (let at = replies.length - 1; at >= 0; at -= 1)
      stack.push([replies[at] ?? {}, node.id, `${hashOf(path)}.${at}`]);
  }
  return nodes;
}

function nodesInLine(rows: readonly JsonObject[]): readonly ExportedNode[] {
  let before: string | null = null;
  return rows.map((row, at) => {
    const node: ExportedNode = nodeOf(row, before, String(at));
    before = node.id;
    return node;
  });
}

/** `path` tells messages apart that have no id and say the same. */
function nodeOf(row: JsonObject, parent: string | null, path: string): ExportedNode {
  const role = roleOf(row['role']);
  const text = textOf([row['text']]);
  const at = timeOf(row['created_date']);
  return {
    id: idOf(row['message_id']) ?? `${path}-${hashOf(role, text ?? '')}`,
    parent,
    role,
    ...(text === undefined || !isSpoken(role) ? {} : { text }),
    ...(at === undefined ? {} : { at }),
  };
}
