import { resolve } from 'node:path';
import { messageIdSchema, threadIdSchema, timeSchema } from '@offramp/events';
import { type Imported, type ImportedConversation, type ImportedMessage, leavesOf } from './conversation.js';
import { openImport } from './open-import.js';
import { allOf } from './testing/all-of.js';

/* Fixtures in the shapes of the formats, with texts of our own, and with everything in them that goes wrong in real ones. */

const FIXTURES = resolve(import.meta.dirname, 'fixtures');

async function importing(name: string): Promise<readonly Imported[]> {
  return allOf(openImport([resolve(FIXTURES, name)]));
}

const conversations = (found: readonly Imported[]): readonly ImportedConversation[] =>
  found.filter((one) => one.kind === 'conversation');
const problems = (found: readonly Imported[]) =>
  found.flatMap((one) => (one.kind === 'problem' ? [`${one.where.replace(/^.*\//, '')} ${one.message}`] : []));

/** `id <parent role text`, a line a message. */
function shown({ messages }: ImportedConversation): readonly string[] {
  return messages.map(
    ({ messageId, parentId, role, text }) => `${messageId} <${parentId ?? ''} ${role} ${text ?? '-'}`,
  );
}

function named(found: readonly Imported[], threadId: string): ImportedConversation {
  const one = conversations(found).find((conversation) => conversation.threadId === threadId);
  if (one === undefined) throw new Error(`no conversation ${threadId}`);
  return one;
}

describe('ChatGPT', () => {
  it('keeps edits and retries as siblings, and nodes that nobody saw without text', async () => {
    const egg = named(await importing('chatgpt.json'), 'chatgpt:egg');
    expect(shown(egg)).toEqual([
      'profile < system -',
      'question <profile user How long do I boil an egg?',
      'answer <question assistant Six minutes for a soft one.',
      'answer-again <question assistant Between six and ten minutes.',
      'thanks <answer-again user Like in this picture?\nThe one with the blue cup.',
      'question-edited <profile user How long do I boil an egg in the mountains?',
      'thought <question-edited tool -',
      'search <thought tool -',
      'result <search tool -',
      'answer-high <result assistant About a minute longer for each 1,000 metres.',
      'new-kind <answer-high assistant -',
    ]);
    expect(leavesOf(egg)).toBe(3);
    expect(egg.messages.map(({ at }) => at).slice(0, 5)).toEqual([
      undefined,
      '2025-10-09T08:53:20.250Z',
      '2025-10-09T08:53:23.000Z',
      '2025-10-09T08:53:30.000Z',
      undefined,
    ]);
  });

  it('loses no message to broken links: the parent decides, the missing one makes a root, a circle is cut', async () => {
    expect(shown(named(await importing('chatgpt.json'), 'chatgpt:broken'))).toEqual([
      'first < user Is the parent or the list of children right?',
      'second <first assistant The parent.',
      'late <first system -',
      'stranger < user My parent is missing.',
      'own-parent < user I am my own parent.',
      'ring-a < user I am in a circle.',
      'ring-b <ring-a assistant So am I.',
    ]);
  });

  it('reports a conversation in which nothing was said', async () => {
    expect(problems(await importing('chatgpt.json'))).toEqual(['chatgpt.json: conversation 3 has no messages']);
  });
});

describe('Claude', () => {
  it('rebuilds the tree from the parents, and takes the text of the text blocks only', async () => {
    const garden = named(await importing('claude.json'), 'claude:garden');
    expect(shown(garden)).toEqual([
      'g1 < user When do I sow tomatoes?',
      'g2 <g1 assistant Indoors in March,\noutdoors in May.',
      'g4 <g2 user And peppers?',
      'g5 <g2 user And beans?',
      'g6 <g5 assistant -',
      'g3 <g1 assistant In March.',
    ]);
    expect(garden.messages[5]?.at).toBe('2026-03-01T09:00:10.000Z');
  });

  it('takes the order of the list where no parents are named, and gives a used id a new name', async () => {
    expect(shown(named(await importing('claude.json'), 'claude:old'))).toEqual([
      'o1 < user Good morning!',
      'o2 <o1 assistant Good morning.',
      'o2~2 <o2 user The same id once more.',
    ]);
  });
});

describe('Open-Assistant', () => {
  it('reads trees, threads and single messages, which are put together', async () => {
    const found = await importing('open-assistant.jsonl');
    expect(conversations(found).map(shown)).toEqual([
      [
        'tea < user How is tea made?',
        'tea-1 <tea assistant With hot water.',
        'tea-11 <tea-1 user How hot?',
        'tea-12 <tea-1 user For how long?',
        'tea-2 <tea assistant From leaves.',
      ],
      ['hat-1 < user What is a fez?', 'hat-2 <hat-1 assistant A hat.'],
      [
        'bike < user My chain slips.',
        'bike-1 <bike assistant It may be worn.',
        'bike-2 <bike assistant Check the gears.',
      ],
    ]);
    expect(conversations(found).map(leavesOf)).toEqual([3, 1, 2]);
    expect(problems(found)).toEqual([
      'open-assistant.jsonl: line 6 is a reply that names no tree, so nobody can tell where it belongs',
    ]);
  });
});

describe('formats that are one line', () => {
  it('ShareGPT: parts of a split conversation are conversations of their own', async () => {
    const found = conversations(await importing('sharegpt.json'));
    expect(found.map(({ threadId }) => threadId.replace(/[0-9a-f]{16}$/, 'HASH'))).toEqual([
      'sharegpt:moon_0',
      'sharegpt:moon_2',
      'sharegpt:HASH',
    ]);
    expect(found.map(({ messages }) => messages.map(({ role }) => role))).toEqual([
      ['user', 'assistant'],
      ['assistant', 'user'],
      ['system', 'user', 'assistant'],
    ]);
    expect(found[2]?.messages.map(({ text }) => text)).toEqual([undefined, 'Hello', 'Bonjour']);
  });

  it('Chat Completions: lines, batch requests and bare lists; half a line at the end is reported', async () => {
    const found = await importing('chat-completions.jsonl');
    const spoken = (message: ImportedMessage) => `${message.role} ${message.text ?? '-'}`;
    expect(conversations(found).map(({ messages }) => messages.map(spoken))).toEqual([
      ['system -', 'user How do I start a sourdough?', 'assistant -', 'tool -', 'assistant With flour and water.'],
      ['user What is this?\nBe exact.'],
      ['user A bare list.', 'assistant I would rather not.'],
      ['user Same words.'],
      ['user Same words.'],
    ]);
    expect(conversations(found)[1]?.threadId).toBe('chat-completions:request-7');
    expect(problems(found)).toEqual(['chat-completions.jsonl: line 6 is not whole JSON']);
  });

  it('two conversations without ids that say the same are one thread, and the second one says so', async () => {
    const [, , , first, second] = conversations(await importing('chat-completions.jsonl'));
    expect([first?.again, second?.again]).toEqual([false, true]);
    expect(second).toEqual({ ...first, again: true, where: second?.where });
  });

  it('WildChat: the moderation columns are the evidence, without a claim about risk', async () => {
    const [riddle, plain] = conversations(await importing('wildchat.jsonl'));
    expect(riddle?.threadId).toBe('wildchat:0123456789abcdef0123456789abcdef');
    expect(riddle?.messages.map(({ at }) => at)).toEqual([undefined, '2024-05-01T10:00:05.000Z']);
    expect(riddle?.messages[0]?.evidence).toEqual({
      assessor: 'openai-moderation',
      version: 'wildchat',
      status: 'assessed',
      harm: {
        'detoxify/severe-toxicity': 0.01,
        'detoxify/toxicity': 0.3,
        harassment: 0.4,
        'harassment/threatening': 0.01,
        'self-harm': 0.1,
        'self-harm/intent': 0.02,
        'sexual/minors': 0,
      },
    });
    expect(plain?.messages.map(({ evidence, text }) => [text, evidence])).toEqual([
      ['Hi', undefined],
      [undefined, undefined],
    ]);
  });
});

it('a whole folder: every id and time is one that the contract takes, parents come first, and twice is the same', async () => {
  const found = conversations(await importing('.'));
  expect(new Set(found.map(({ format }) => format)).size).toBe(6);
  for (const { threadId, messages } of found) {
    expect(threadIdSchema.safeParse(threadId).success).toBe(true);
    const before = new Set<string | null>([null]);
    for (const { messageId, parentId, at } of messages) {
      expect(messageIdSchema.safeParse(messageId).success && !before.has(messageId) && before.has(parentId)).toBe(true);
      expect(at === undefined || timeSchema.safeParse(at).success).toBe(true);
      before.add(messageId);
    }
  }
  expect(conversations(await importing('.'))).toEqual(found);
});
