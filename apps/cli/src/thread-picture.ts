import { decisionWords, inboundWords } from '@offramp/events';
import { MARKS, type Paint, type State, dim, paintFor } from './marks.js';
import type { DecisionRow, MessageRow, ThreadData, TimelineEntry } from './thread-data.js';
import { type TreeMessage, drawTree } from './thread-tree.js';

export interface PictureOptions {
  readonly coloured: boolean;
  /** Shows the beginning of what was written. Off, texts are masked, as in the console. */
  readonly texts: boolean;
}

const EXCERPT_CHARACTERS = 44;

/** A thread at a glance: a line about it, the tree with what was said at each message, and what came beside messages. */
export function pictureOf(data: ThreadData, options: PictureOptions): string[] {
  const paint = paintFor(options.coloured);
  const faint = (text: string) => dim(options.coloured, text);
  return [
    headOf(data, paint),
    ...drawTree(treeMessages(data, options), { paint, dim: faint }),
    ...besideMessages(data.timeline).map((line) => faint(`· ${line}`)),
  ];
}

/** Every event that meant something, with what it did; the silent ones between them are counted. */
export function timelineOf({ timeline }: ThreadData): string[] {
  const lines: string[] = [];
  let silent = 0;
  const countSilent = (): void => {
    if (silent > 0) lines.push(`${' '.repeat(TIME_COLUMNS)}  ${silent} messages of which nothing is to be said`);
    silent = 0;
  };
  for (const entry of timeline) {
    if (isSilent(entry)) {
      silent++;
      continue;
    }
    countSilent();
    lines.push(`${timeOf(entry.at)}  ${entryWords(entry)}`);
  }
  countSilent();
  return lines;
}

const TIME_COLUMNS = '2026-11-23 06:24:30'.length;

function timeOf(at: string): string {
  return at.slice(0, TIME_COLUMNS).replace('T', ' ');
}

function headOf({ thread }: ThreadData, paint: Paint): string {
  const { threadId, branches, endedBranches, reopened, guarded, guardUntil, policy } = thread;
  const facts = [
    `${branches} ${branches === 1 ? 'line' : 'lines'}`,
    ...(endedBranches > 0 ? [paint('ended', `${MARKS.ended.mark} ${endedBranches} ended`)] : []),
    ...(reopened > 0 ? [paint('reopened', `${MARKS.reopened.mark} ${reopened} reopened`)] : []),
    guarded ? paint('guarded', `${MARKS.guarded.mark} guarded until ${guardUntil?.slice(0, 10)}`) : 'guard down',
    ...(policy === undefined ? [] : [`policy ${policy}`]),
  ];
  return `${threadId}   ${facts.join(' · ')}`;
}

function treeMessages({ messages, timeline }: ThreadData, { texts }: PictureOptions): TreeMessage[] {
  const words = new Map<string, string[]>();
  const reopened = new Set(timeline.flatMap(({ decisions }) => decisions).flatMap(endsReopenedBy));
  for (const { messageId, type, decisions } of timeline) {
    if (type !== 'MessagePosted' || messageId === undefined) continue;
    const said = decisions.map((decision) => decisionWords(decision.type, decision.data));
    words.set(messageId, [...(words.get(messageId) ?? []), ...said]);
  }
  return messages.map((message) => ({
    messageId: message.messageId,
    parentId: message.parentId,
    role: message.role,
    state: stateOf(message, reopened),
    words: words.get(message.messageId) ?? [],
    excerpt: texts && message.text !== undefined ? excerptOf(message.text) : undefined,
  }));
}

function endsReopenedBy({ type, data }: DecisionRow): string[] {
  return type === 'ConversationReopened' ? (data['endIds'] as string[]) : [];
}

/** Of the line after this message, as far as a mark can say it. */
function stateOf({ messageId, refused, verdict, stage }: MessageRow, reopened: ReadonlySet<string>): State {
  if (refused) return 'refused';
  if (reopened.has(messageId)) return 'reopened';
  if (verdict === 'support') return 'guarded';
  return stage;
}

function excerptOf(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  const characters = [...flat];
  if (characters.length <= EXCERPT_CHARACTERS) return flat;
  return `${characters
    .slice(0, EXCERPT_CHARACTERS - 1)
    .join('')
    .trimEnd()}…`;
}

function besideMessages(timeline: readonly TimelineEntry[]): string[] {
  return timeline.filter(({ type }) => type !== 'MessagePosted').map(entryWords);
}

function isSilent({ type, decisions }: TimelineEntry): boolean {
  return type === 'MessagePosted' && decisions.length === 0;
}

function entryWords({ type, messageId, data, decisions }: TimelineEntry): string {
  const said = decisions.map((decision) => decisionWords(decision.type, decision.data));
  const about = type === 'MessagePosted' && messageId !== undefined ? `${messageId}: ` : '';
  return `${about}${inboundWords(type, data)}${said.length === 0 ? '' : ` → ${said.join('; ')}`}`;
}
