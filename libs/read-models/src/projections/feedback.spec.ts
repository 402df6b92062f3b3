import { answer, climb, harmful, message } from '@offramp/ladder/testing';
import { type Steps, told } from '../testing/entries.js';
import { foldOf } from '../testing/memory-fold.js';
import { thumb } from '../testing/story.js';
import { feedback } from './feedback.js';
import { threads } from './threads-table.js';

const chat = [message('u1'), answer('a1')];
const on = (id: string, rating: 'up' | 'down', more: object = {}) => thumb({ thread: 't1', id, rating, ...more });

/** The thread's counts, and which of its thumbs count. */
function countsAfter(...steps: Steps) {
  const { rows } = foldOf(told(...steps));
  const { feedbackUp, feedbackDown } = rows.get(threads, 'acme', 't1')!;
  const all = rows.groupOf(feedback, 'acme', 't1');
  const kept = Object.fromEntries(all.map(({ feedbackId, counts }) => [feedbackId, counts]));
  return { up: feedbackUp, down: feedbackDown, kept };
}

describe('The last thumb of a person on one thing counts', () => {
  it('and all are kept', () => {
    const given = [
      on('f1', 'up', { messageId: 'a1' }),
      on('f2', 'up', { messageId: 'a1' }),
      on('f3', 'down', { messageId: 'a1' }),
    ];
    expect(countsAfter(chat, given)).toEqual({ up: 0, down: 1, kept: { f1: false, f2: false, f3: true } });
  });

  it('beside those of others, and those on other things', () => {
    const given = [
      on('f1', 'up', { messageId: 'a1' }),
      on('f2', 'down', { messageId: 'a1', by: 'user-2' }),
      on('f3', 'down', { messageId: 'u1' }),
      on('f4', 'down'),
    ];
    const kept = { f1: true, f2: true, f3: true, f4: true };
    expect(countsAfter(chat, given)).toEqual({ up: 1, down: 3, kept });
  });

  it('and a decision is one thing, with a message named or without', () => {
    const ended = [...climb(4), harmful('u5')];
    const given = [
      on('f1', 'down', { ofEnd: true }),
      on('f2', 'up', { ofEnd: true, messageId: 'u5' }),
      on('f3', 'up', { messageId: 'u5' }),
    ];
    expect(countsAfter(ended, given)).toEqual({ up: 2, down: 0, kept: { f1: false, f2: true, f3: true } });
  });

  it('while each counts where nobody is named', () => {
    const given = [on('f1', 'up', { by: null }), on('f2', 'down', { by: null }), on('f3', 'down', { by: null })];
    expect(countsAfter(chat, given)).toEqual({ up: 1, down: 2, kept: { f1: true, f2: true, f3: true } });
  });

  it('also on an ending, after the thread has ended', () => {
    const given = [on('f1', 'down', { ofEnd: true }), message('u6'), on('f2', 'up', { ofEnd: true })];
    expect(countsAfter(climb(4), harmful('u5'), given)).toEqual({ up: 1, down: 0, kept: { f1: false, f2: true } });
  });

  it('and an id that was used before moves nothing', () => {
    const given = [on('f1', 'up'), on('f2', 'down'), on('f1', 'up')];
    expect(countsAfter(chat, given)).toEqual({ up: 0, down: 1, kept: { f1: false, f2: true } });
  });
});
