import { type State, paintFor } from './marks.js';
import { type TreeMessage, drawTree, shorten } from './thread-tree.js';

const PLAIN = { paint: paintFor(false), dim: (text: string) => text };

function message(ids: string, role = 'user', state: State = 'clear', ...words: string[]): TreeMessage {
  const [messageId = '', parentId = null] = ids.split(' ');
  return { messageId, parentId, role, state, words };
}

it('draws a line from top to bottom, and a clear stretch as one thin edge', () => {
  const clear = ['b a', 'c b', 'd c', 'e d'].map((ids) => message(ids, 'assistant'));
  expect(drawTree([message('a'), ...clear, message('f e', 'user', 'ended', 'ended by policy')], PLAIN)).toEqual([
    '○ a          user',
    '┊ 4 clear messages',
    '■ f          user      ended by policy',
  ]);
});

it('sets earlier branches in, and goes on with the latest in the column of the fork', () => {
  const messages = [
    message('m1'),
    message('m2 m1', 'assistant'),
    message('m3 m2', 'user', 'redirecting', 'redirect advised'),
    message('m4 m3', 'assistant', 'redirecting', 'redirected'),
    message('m4b m3', 'assistant', 'redirecting', 'redirected'),
    message('m5 m4', 'user', 'ended', 'ended by policy'),
    message('m6 m2', 'user'),
    message('m7 m6', 'assistant'),
  ];
  expect(drawTree(messages, PLAIN)).toEqual([
    '○ m1         user',
    '○ m2         assistant',
    '├─● m3         user      redirect advised',
    '│ ├─● m4         assistant redirected',
    '│ │ ■ m5         user      ended by policy',
    '│ ● m4b        assistant (retry) redirected',
    '○ m6         user      (edit)',
    '○ m7         assistant',
  ]);
});

it('takes a message of an unknown parent for a root, and survives ten thousand forks', () => {
  expect(drawTree([message('x nobody')], PLAIN)).toEqual(['○ x          user']);
  const forks = Array.from({ length: 10_000 }, (_, i) => [message(`a${i + 1} a${i}`), message(`b${i + 1} a${i}`)]);
  expect(drawTree(forks.flat(), PLAIN)).toHaveLength(20_000);
});

it('shortens ids in the middle', () => {
  expect(shorten('m1')).toBe('m1');
  expect(shorten('aaaaa-bbbbb-ccccc')).toBe('aaaaa…cccc');
});
