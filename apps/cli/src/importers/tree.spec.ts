import fc from 'fast-check';
import { messageIdSchema } from '@offramp/events';
import { chatgpt } from './chatgpt.js';
import type { ImportedMessage, ReadValue } from './conversation.js';
import { lineOf } from './linear.js';
import { stableId } from './stable-id.js';
import { timeOf } from './time.js';
import { type ExportedNode, orderTree } from './tree.js';

interface TreeMessage {
  readonly id: string;
  readonly parent: string | null;
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

/** Any forest: message n hangs on one of the n-1 before it, or on none. */
const forest: fc.Arbitrary<readonly TreeMessage[]> = fc
  .array(fc.record({ hang: fc.double({ min: 0, max: 1, noNaN: true }), text: fc.stringMatching(/^[a-z]{1,8}$/) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((seeds) =>
    seeds.map(({ hang, text }, at) => ({
      id: `n${at}`,
      parent: hang < 0.1 || at === 0 ? null : `n${Math.floor(((hang - 0.1) / 0.9) * (at - 0.001))}`,
      role: at % 2 === 0 ? 'user' : 'assistant',
      text,
    })),
  );

/** As ChatGPT writes it: under a root without a message, the nodes in any order. */
function exported(messages: readonly TreeMessage[], shuffle: (ids: readonly string[]) => readonly string[]) {
  const childrenOf = (id: string | null) => messages.filter(({ parent }) => parent === id).map((child) => child.id);
  const nodes = new Map<string, unknown>(
    messages.map(({ id, parent, role, text }) => [
      id,
      {
        id,
        parent: parent ?? 'root',
        children: childrenOf(id),
        message: { author: { role }, content: { content_type: 'text', parts: [text] }, recipient: 'all' },
      },
    ]),
  );
  nodes.set('root', { id: 'root', parent: null, children: childrenOf(null), message: null });
  const mapping = Object.fromEntries(shuffle([...nodes.keys()]).map((id) => [id, nodes.get(id)]));
  return { conversation_id: 'c', mapping };
}

function messagesOf(found: ReadValue): readonly ImportedMessage[] {
  if ('refused' in found) throw new Error(found.refused);
  return found.messages;
}

const siblings = (
  messages: readonly { readonly id: string; readonly parent: string | null }[],
  parent: string | null,
) => messages.filter((message) => message.parent === parent).map(({ id }) => id);

it('any tree that is exported and imported is the same tree', () => {
  fc.assert(
    fc.property(forest, fc.infiniteStream(fc.nat()), (messages, numbers) => {
      const shuffle = (ids: readonly string[]) =>
        ids
          .map((id) => [numbers.next().value as number, id] as const)
          .sort(([first], [second]) => first - second)
          .map(([, id]) => id);
      const imported = messagesOf(chatgpt.read(JSON.parse(JSON.stringify(exported(messages, shuffle)))));
      const back = imported.map(({ messageId, parentId, role, text }) => ({
        id: messageId,
        parent: parentId,
        role,
        text,
      }));
      expect(back.toSorted(byNumber)).toEqual(messages);
      for (const parent of [null, ...messages.map(({ id }) => id)]) {
        expect(siblings(back, parent)).toEqual(siblings(messages, parent));
      }
    }),
    { numRuns: 300 },
  );
});

function byNumber(first: { readonly id: string }, second: { readonly id: string }): number {
  return Number(first.id.slice(1)) - Number(second.id.slice(1));
}

it('whatever the links say, no message is lost, none comes twice, and parents come first', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'gone', 'a~2', '');
  const node: fc.Arbitrary<ExportedNode> = fc.record({
    id,
    parent: fc.option(id),
    children: fc.array(id),
    role: fc.constant('user' as const),
  });
  fc.assert(
    fc.property(fc.array(node, { maxLength: 12 }), (nodes) => {
      const messages = orderTree(nodes.filter((one) => one.id !== ''));
      expect(messages).toHaveLength(nodes.filter((one) => one.id !== '').length);
      const before = new Set<string | null>([null]);
      for (const { messageId, parentId } of messages) {
        expect(before.has(parentId) && !before.has(messageId)).toBe(true);
        before.add(messageId);
      }
    }),
    { numRuns: 500 },
  );
});

it('a thread of 200,000 messages, each the answer to the one before, is no deeper for the stack than any other', () => {
  const nodes = Array.from({ length: 200_000 }, (_, at): ExportedNode => {
    return { id: `n${at}`, parent: at === 0 ? null : `n${at - 1}`, role: 'user' };
  });
  expect(orderTree(nodes).at(-1)).toEqual({ messageId: 'n199999', parentId: 'n199998', role: 'user' });
});

it('a version of a conversation that goes on differently branches where it differs', () => {
  const said = (...texts: string[]) => texts.map((text) => ({ role: 'user' as const, text }));
  const first = messagesOf(lineOf('sharegpt', 'x', said('one', 'two', 'three')));
  const second = messagesOf(lineOf('sharegpt', 'x', said('one', 'two', 'four', 'three')));
  expect(second.slice(0, 2)).toEqual(first.slice(0, 2));
  expect(second[2]?.parentId).toBe(first[1]?.messageId);
  expect(second[2]?.messageId).not.toBe(first[2]?.messageId);
  expect(second[3]?.messageId).not.toBe(first[2]?.messageId);
});

it('ids that the contract does not take are changed, each to one that it takes and to its own', () => {
  const anyId = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
    fc.constantFrom('a\u0000', 'a\u0001', 'a_', '\ud800', 'x'.repeat(129), 'x'.repeat(130)),
  );
  fc.assert(
    fc.property(anyId, anyId, (first, second) => {
      expect(messageIdSchema.safeParse(stableId(first)).success).toBe(true);
      expect(stableId(first) === stableId(second)).toBe(first === second);
    }),
    { numRuns: 500 },
  );
});

it.each([
  [1_760_000_000.25, '2025-10-09T08:53:20.250Z'],
  ['1760000000.25', '2025-10-09T08:53:20.250Z'],
  ['2024-08-08T19:12:06.120414', '2024-08-08T19:12:06.120Z'],
  ['2024-08-08T21:12:06+02:00', '2024-08-08T19:12:06.000Z'],
  [0, '1970-01-01T00:00:00.000Z'],
  [null, undefined],
  [-5, undefined],
  [1e300, undefined],
  ['yesterday', undefined],
  [{}, undefined],
])('a time %p is %p', (given, time) => expect(timeOf(given)).toBe(time));
