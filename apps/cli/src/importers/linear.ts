import type { ImportedMessage, ReadValue } from './conversation.js';
import { hashOf, stableId } from './stable-id.js';

/** One turn of a format that has neither ids of messages nor branches. */
export type Turn = Omit<ImportedMessage, 'messageId' | 'parentId'>;

/**
 * A conversation that is one line. The id of a message is its place and a hash of all that was said up to it: the same
 * file read again gives the same ids, and two versions of one conversation share what they share and branch where they
 * differ. Without an id of the conversation, its content is its id.
 */
export function lineOf(format: string, id: string | undefined, turns: readonly Turn[]): ReadValue {
  if (turns.length === 0) return { refused: 'has no messages' };
  const said = turns.map(({ role, text }) => `${role}:${text ?? ''}`);
  const messages: ImportedMessage[] = [];
  let path = '';
  turns.forEach((turn, at) => {
    path = hashOf(path, said[at] ?? '');
    messages.push({ messageId: `${at + 1}-${path}`, parentId: messages.at(-1)?.messageId ?? null, ...turn });
  });
  return { threadId: stableId(`${format}:${id ?? hashOf(...said)}`), messages };
}
