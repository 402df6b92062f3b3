import type { Evidence, Role } from '@offramp/events';

export const FORMATS = ['chatgpt', 'claude', 'open-assistant', 'sharegpt', 'chat-completions', 'wildchat'] as const;
export type Format = (typeof FORMATS)[number];

export interface ImportedMessage {
  /** Valid as a message id of the contract, and the same whenever the same export is read again. */
  readonly messageId: string;
  /** null: a first message. Never a message that comes later in the list. */
  readonly parentId: string | null;
  readonly role: Role;
  /** What a reader of the chat saw of it. Absent where that is nothing: such a message is kept and not assessed. */
  readonly text?: string;
  /** RFC 3339, UTC, ms. */
  readonly at?: string;
  /** What the export says of the message itself; without `risk`, which the ingest fills from the text. */
  readonly evidence?: Evidence;
}

export interface ImportedConversation {
  readonly kind: 'conversation';
  /** `format:id`, so that conversations of two products can't be taken for one. */
  readonly threadId: string;
  readonly format: Format;
  /** The file and the place in it, for messages to the person who imports. */
  readonly where: string;
  /** A conversation with this id came before in the same import: the two make one thread, and what they share is one. */
  readonly again: boolean;
  /** Parents before children; siblings in the order of the export. Never empty. */
  readonly messages: readonly ImportedMessage[];
}

/** Something that could not be read and was left out; everything else goes on. */
export interface ImportProblem {
  readonly kind: 'problem';
  readonly where: string;
  readonly message: string;
}

export type Imported = ImportedConversation | ImportProblem;

/** How many branches a conversation has: every message that nobody answered is the end of one. */
export function leavesOf({ messages }: Pick<ImportedConversation, 'messages'>): number {
  const answered = new Set(messages.map(({ parentId }) => parentId));
  return messages.filter(({ messageId }) => !answered.has(messageId)).length;
}

/** What a format's reader finds in one value of a file. */
export type ReadValue = Pick<ImportedConversation, 'threadId' | 'messages'> | { readonly refused: string };

/** One export format. `T` a value of the file: a line, or an element of the array. */
export interface Importer {
  readonly format: Format;
  /** Whether the value has the shape of this format. Shapes exclude each other, so the order doesn't matter. */
  accepts(value: unknown): boolean;
  /** Total: whatever value it is given. */
  read(value: unknown): ReadValue;
}
