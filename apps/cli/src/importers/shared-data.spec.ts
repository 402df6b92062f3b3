import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Imported, leavesOf } from './conversation.js';
import { openImport } from './open-import.js';
import { allOf } from './testing/all-of.js';

/* Public exports that are not part of the repository; a test whose file is missing says so by its name. */

const SHARED = process.env['OFFRAMP_SHARED_DATA'] ?? resolve(import.meta.dirname, '../../../../../shared/data');

function on(file: string, name: string, test: (found: readonly Imported[], path: string) => void): void {
  const path = resolve(SHARED, file);
  if (!existsSync(path)) return it.skip(`${name} (skipped: ${file} is not there)`, () => undefined);
  it(name, async () => test(await allOf(openImport([path])), path));
}

function counts(found: readonly Imported[]) {
  const conversations = found.filter((one) => one.kind === 'conversation');
  return {
    threads: conversations.length,
    messages: conversations.reduce((sum, { messages }) => sum + messages.length, 0),
    branches: conversations.reduce((sum, conversation) => sum + leavesOf(conversation), 0),
    problems: found.length - conversations.length,
  };
}

interface Reply {
  readonly replies: readonly Reply[];
}

on(
  'oasst-trees/dev-en_100_tree.jsonl',
  'Open-Assistant: as many threads, messages and leaves as in the file',
  (found, path) => {
    let threads = 0;
    let messages = 0;
    let branches = 0;
    const count = ({ replies }: Reply): void => {
      messages += 1;
      if (replies.length === 0) branches += 1;
      replies.forEach(count);
    };
    for (const line of readFileSync(path, 'utf8').trim().split('\n')) {
      threads += 1;
      count((JSON.parse(line) as { readonly prompt: Reply }).prompt);
    }
    expect(counts(found)).toEqual({ threads, messages, branches, problems: 0 });
  },
);

on('formats/oasst-message_tree.sample.jsonl', 'Open-Assistant, the sample of the source', (found) => {
  expect(counts(found)).toMatchObject({ threads: 5, problems: 0 });
});

on('formats/chatgpt-export.example-branch.json', 'ChatGPT: an edit is a sibling user message', (found) => {
  expect(counts(found)).toEqual({ threads: 1, messages: 6, branches: 2, problems: 0 });
  const [conversation] = found;
  const edits =
    conversation?.kind === 'conversation' ? conversation.messages.filter(({ parentId }) => parentId === 'msg-3') : [];
  expect(edits.map(({ messageId, role }) => [messageId, role])).toEqual([
    ['msg-4', 'user'],
    ['msg-5', 'user'],
  ]);
});

on(
  'formats/chatgpt-export.native-2026-fixture.json',
  'ChatGPT: what nobody saw carries the tree and has no text',
  (found) => {
    const [conversation] = found;
    const shown =
      conversation?.kind === 'conversation' ? conversation.messages.filter(({ text }) => text !== undefined) : [];
    expect(shown.map(({ messageId, role }) => [messageId, role])).toEqual([
      ['user', 'user'],
      ['answer-inactive', 'assistant'],
      ['answer-active', 'assistant'],
    ]);
    expect(counts(found)).toEqual({ threads: 1, messages: 8, branches: 2, problems: 0 });
  },
);

on('formats/chatgpt-export.synthetic-schema-sample.json', 'ChatGPT: every field that was ever seen', (found, path) => {
  const { mapping } = JSON.parse(readFileSync(path, 'utf8')) as { mapping: Record<string, { message: unknown }> };
  const messages = Object.values(mapping).filter(({ message }) => message !== null && message !== undefined);
  expect(counts(found)).toMatchObject({ threads: 1, messages: messages.length, problems: 0 });
});

on('formats/claude-export.synthetic-schema-sample.json', 'Claude: every field that was ever seen', (found, path) => {
  const { chat_messages: messages } = JSON.parse(readFileSync(path, 'utf8')) as { chat_messages: readonly unknown[] };
  expect(counts(found)).toMatchObject({ threads: 1, messages: messages.length, problems: 0 });
});

on('formats/sharegpt.sample.json', 'ShareGPT', (found) => {
  expect(counts(found)).toMatchObject({ threads: 20, branches: 20, problems: 0 });
});

on('convabuse/dev-rows.jsonl', 'Chat Completions: rows with an id', (found) => {
  expect(counts(found)).toEqual({ threads: 2_242, messages: 8_968, branches: 2_242, problems: 0 });
});
