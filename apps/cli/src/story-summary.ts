import type { DecisionName } from '@offramp/events';
import type { Api } from './api.js';
import type { StoryChapter, StoryThread } from './demo/story.js';
import { MARKS, type State, dim, paintFor } from './marks.js';
import { type ThreadData, loadThread } from './thread-data.js';

/** What is told of a thread in a line, and in which order. */
const TOLD: readonly (readonly [DecisionName, string])[] = [
  ['RedirectAttempted', 'redirected'],
  ['WarningIssued', 'warned'],
  ['ConversationEnded', 'ended'],
  ['MessageRefused', 'refused'],
  ['EndConfirmationAsked', 'asked to confirm'],
  ['EndWithheld', 'end withheld'],
  ['SupportAdvised', 'supported'],
  ['ConversationReopened', 'reopened'],
  ['LadderReset', 'calmed down'],
];
const ID_COLUMNS = 24;
const STATE_COLUMNS = 13;

interface Group {
  readonly about: string;
  readonly threads: StoryThread[];
}

/** A line for each thread of the story, as the server tells it now; threads that are alike share one. */
export async function storyLines(api: Api, story: readonly StoryChapter[], coloured: boolean): Promise<string[]> {
  const lines: string[] = [];
  for (const { about, threads } of groupsOf(story)) {
    const loaded = await Promise.all(threads.map(({ threadId }) => loadThread(api, threadId)));
    lines.push(lineOf(loaded, about, coloured));
  }
  return lines;
}

function groupsOf(story: readonly StoryChapter[]): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const thread of story.flatMap((chapter) => (chapter.kind === 'threads' ? chapter.threads : []))) {
    const group = groups.get(thread.about);
    if (group === undefined) groups.set(thread.about, { about: thread.about, threads: [thread] });
    else group.threads.push(thread);
  }
  return groups.values();
}

function lineOf(loaded: readonly ThreadData[], about: string, coloured: boolean): string {
  const name = loaded.length === 1 ? loaded[0]!.thread.threadId : `${loaded.length} threads`;
  const state = loaded.map(stateOf).find((found) => found !== 'clear') ?? 'clear';
  const label = `${MARKS[state].mark} ${MARKS[state].word}`.padEnd(STATE_COLUMNS);
  const facts = factsOf(loaded);
  const said = facts === '' ? '' : `${facts}. `;
  return `${name.padEnd(ID_COLUMNS)}${paintFor(coloured)(state, label)}${said}${dim(coloured, firstSentence(about))}`;
}

/** The most that can be said of a thread in a word. */
function stateOf({ thread }: ThreadData): State {
  if (thread.reopened > 0) return 'reopened';
  if (thread.endedBranches > 0) return 'ended';
  return thread.guarded ? 'guarded' : thread.stage;
}

function factsOf(loaded: readonly ThreadData[]): string {
  const counts = new Map<DecisionName, number>();
  for (const { type } of loaded.flatMap(({ timeline }) => timeline.flatMap(({ decisions }) => decisions))) {
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return TOLD.flatMap(([type, word]) => {
    const count = counts.get(type);
    return count === undefined ? [] : [count === 1 ? word : `${word} ${count} times`];
  }).join(', ');
}

function firstSentence(text: string): string {
  return text.slice(0, text.indexOf('. ') + 1 || undefined);
}
