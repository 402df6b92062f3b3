import { MARKS, type Paint, type State } from './marks.js';

/** A message of the tree, with what the decider said at it, in words. */
export interface TreeMessage {
  readonly messageId: string;
  readonly parentId: string | null;
  readonly role: string;
  /** Of the line after this message. */
  readonly state: State;
  readonly words: readonly string[];
  /** A few characters of what was written, where they are to be shown. */
  readonly excerpt?: string | undefined;
}

export interface TreeOptions {
  readonly paint: Paint;
  readonly dim: (text: string) => string;
}

/** Clear stretches of at least so many messages are drawn as one thin edge with a count. */
const COLLAPSE_FROM = 3;
const ID_COLUMNS = 10;
const ROLE_COLUMNS = 9;

interface Node {
  readonly message: TreeMessage;
  readonly children: Node[];
  /** How it forks off, where it is not the first child. */
  readonly fork?: 'edit' | 'retry';
}

/**
 * The lines of a drawing: time runs downwards, and where a thread forks, the earlier branches are set in and the latest
 * goes on in the column of its parent. Messages are given in the order of the log; a missing parent makes a root.
 */
export function drawTree(messages: readonly TreeMessage[], options: TreeOptions): string[] {
  const lines: string[] = [];
  const pending: Stretch[] = [];
  pushSiblings(pending, treeOf(messages), '');
  for (let stretch = pending.pop(); stretch !== undefined; stretch = pending.pop()) {
    const end = drawStretch(stretch, options, lines);
    pushSiblings(pending, end.children, stretch.gutter);
  }
  return lines;
}

/** From a first message down to the next fork or leaf. */
interface Stretch {
  readonly first: Node;
  /** What stands left of its lines, and left of the first of them. */
  readonly gutter: string;
  readonly entrance: string;
}

/** The last one pushed is drawn first: the earliest. All but the latest are set in. */
function pushSiblings(pending: Stretch[], siblings: readonly Node[], gutter: string): void {
  const latest = siblings.length - 1;
  for (let i = latest; i >= 0; i--) {
    const first = siblings[i]!;
    if (i === latest) pending.push({ first, gutter, entrance: gutter });
    else pending.push({ first, gutter: `${gutter}│ `, entrance: `${gutter}├─` });
  }
}

/** Returns the message at which the stretch ends. */
function drawStretch({ first, gutter, entrance }: Stretch, options: TreeOptions, lines: string[]): Node {
  let node = first;
  for (;;) {
    const quiet = node === first ? [] : quietFrom(node);
    if (quiet.length >= COLLAPSE_FROM) {
      lines.push(`${gutter}${options.dim(`┊ ${quiet.length} clear messages`)}`);
      node = quiet.at(-1)!;
    } else {
      lines.push(`${node === first ? entrance : gutter}${describe(node, options)}`);
    }
    if (node.children.length !== 1) return node;
    node = node.children[0]!;
  }
}

function describe({ message, fork }: Node, { paint, dim }: TreeOptions): string {
  const { messageId, role, state, words, excerpt } = message;
  const said = words.length === 0 ? '' : paint(state, words.join('; '));
  const parts = [
    paint(state, MARKS[state].mark),
    shorten(messageId).padEnd(ID_COLUMNS),
    role.padEnd(ROLE_COLUMNS),
    ...(fork === undefined ? [] : [dim(`(${fork})`)]),
    ...(said === '' ? [] : [said]),
    ...(excerpt === undefined ? [] : [dim(`“${excerpt}”`)]),
  ];
  return parts.join(' ').trimEnd();
}

/** The messages from here on of which nothing is to be said, up to the next fork. */
function quietFrom(start: Node): readonly Node[] {
  const quiet: Node[] = [];
  let node: Node | undefined = start;
  while (node !== undefined && isQuiet(node)) {
    quiet.push(node);
    node = node.children.length === 1 ? node.children[0] : undefined;
  }
  return quiet;
}

function isQuiet({ message, children }: Node): boolean {
  return message.state === 'clear' && message.words.length === 0 && children.length <= 1;
}

function treeOf(messages: readonly TreeMessage[]): readonly Node[] {
  const roots: Node[] = [];
  const byId = new Map<string, Node>();
  for (const message of messages) {
    const parent = message.parentId === null ? undefined : byId.get(message.parentId);
    const siblings = parent === undefined ? roots : parent.children;
    const isFork = siblings.length > 0;
    const node: Node = { message, children: [], ...(isFork ? { fork: forkOf(message.role) } : {}) };
    siblings.push(node);
    byId.set(message.messageId, node);
  }
  return roots;
}

/** A user message beside another is an edit, an assistant message beside another a retry. */
function forkOf(role: string): 'edit' | 'retry' {
  return role === 'user' ? 'edit' : 'retry';
}

/** Ids are shortened in the middle: their ends tell them apart. */
export function shorten(id: string, columns: number = ID_COLUMNS): string {
  const characters = [...id];
  if (characters.length <= columns) return id;
  const head = Math.ceil((columns - 1) / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (columns - 1 - head)).join('')}`;
}
