import type { ImportedMessage } from './conversation.js';
import { stableId } from './stable-id.js';

/** A message as a format's reader found it: with the export's own ids, and perhaps in any order. */
export interface ExportedNode extends Omit<ImportedMessage, 'messageId' | 'parentId'> {
  readonly id: string;
  readonly parent: string | null;
  /** The export's own order of the children, where it has one. */
  readonly children?: readonly unknown[];
  /** A node that is no message: it only holds the tree together, and its children hang on its nearest message. */
  readonly isStructure?: boolean;
}

/**
 * Brings nodes into an order in which parents come first and siblings stand as in the export. Whatever is wrong with the
 * links, no message is lost: a parent that isn't there makes a root, a circle is cut at its first node, a list of children
 * that disagrees with the parents only orders, and of two nodes with one id the second gets a new one.
 */
export function orderTree(nodes: readonly ExportedNode[]): readonly ImportedMessage[] {
  const unique = withUniqueIds(nodes);
  const childrenOf = linkChildren(unique);
  const ordered: ImportedMessage[] = [];
  const seen = new Set<ExportedNode>();
  const visit = (root: ExportedNode): void => {
    // A stack rather than recursion: exports have threads of many thousands of messages.
    const stack: (readonly [node: ExportedNode, parentId: string | null])[] = [[root, null]];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const [node, parentId] = next;
      if (seen.has(node)) continue;
      seen.add(node);
      const message = node.isStructure === true ? undefined : messageOf(node, parentId);
      if (message !== undefined) ordered.push(message);
      const under = message?.messageId ?? parentId;
      for (const child of (childrenOf.get(node.id) ?? []).toReversed()) stack.push([child, under]);
    }
  };
  for (const root of childrenOf.get(null) ?? []) visit(root);
  // What no root leads to stands in a circle.
  for (const node of unique) if (!seen.has(node)) visit(node);
  return ordered;
}

function messageOf(node: ExportedNode, parentId: string | null): ImportedMessage {
  const { role, text, at, evidence } = node;
  return {
    messageId: stableId(node.id),
    parentId,
    role,
    ...(text === undefined ? {} : { text }),
    ...(at === undefined ? {} : { at }),
    ...(evidence === undefined ? {} : { evidence }),
  };
}

function withUniqueIds(nodes: readonly ExportedNode[]): readonly ExportedNode[] {
  const used = new Set<string>();
  return nodes.map((node) => {
    let id = node.id;
    for (let copy = 2; used.has(id); copy += 1) id = `${node.id}~${copy}`;
    used.add(id);
    return id === node.id ? node : { ...node, id };
  });
}

function linkChildren(nodes: readonly ExportedNode[]): ReadonlyMap<string | null, readonly ExportedNode[]> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const children = new Map<string | null, ExportedNode[]>();
  for (const node of nodes) {
    const parent = node.parent !== null && node.parent !== node.id && byId.has(node.parent) ? node.parent : null;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [node]);
    else siblings.push(node);
  }
  for (const [parent, siblings] of children) {
    const order = parent === null ? undefined : byId.get(parent)?.children;
    if (order !== undefined && siblings.length > 1) sortAs(order, siblings);
  }
  return children;
}

/** Children that the list doesn't name come last, in the order of the export. */
function sortAs(order: readonly unknown[], siblings: ExportedNode[]): void {
  const place = new Map(order.map((id, at) => [id, at]));
  const placeOf = ({ id }: ExportedNode): number => place.get(id) ?? order.length;
  siblings.sort((first, second) => placeOf(first) - placeOf(second));
}
