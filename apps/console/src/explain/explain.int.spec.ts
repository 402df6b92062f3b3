import { type TestConsole, startConsole } from '../testing/console-app.js';
import type { Receipt } from './receipt.js';

let api: TestConsole;
beforeAll(async () => {
  api = await startConsole();
});
afterAll(() => api.close());

const receipt = (thread: string, branch: string) => api.json<Receipt>(`/v1/branches/${thread}/${branch}/explain`);
const text = async (thread: string, branch: string) => {
  const { status, headers, text: words } = await api.get(`/v1/branches/${thread}/${branch}/explain`, 'text/plain');
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
  return words;
};
const counting = ({ steps }: Receipt) =>
  steps.filter(({ counts }) => counts).map(({ type, messageId }) => `${messageId} ${type}`);

it('shows the end with its path, each score against its threshold, and what can be done', async () => {
  const { end, counted, steps, remedies, policy, stage } = await receipt('ended', 'u1');
  expect([stage, end, counted]).toEqual([
    'ended',
    { endId: 'u5', by: 'policy', at: '2096-02-03T00:00:09.000Z', decisionId: expect.stringMatching(/^[0-9a-f]{32}$/) },
    { redirects: 3, of: 3, warned: true, harmful: ['u1', 'u2', 'u3', 'u4', 'u5'] },
  ]);
  expect(steps.map(({ messageId, role, type, because }) => [messageId, role, type, because?.category])).toEqual([
    ...['1', '2', '3'].flatMap((n) => [
      [`u${n}`, 'user', 'RedirectAdvised', 'abuse'],
      [`a${n}`, 'assistant', 'RedirectAttempted', 'abuse'],
    ]),
    ['u4', 'user', 'WarningAdvised', 'abuse'],
    ['a4', 'assistant', 'WarningIssued', 'abuse'],
    ['u5', 'user', 'ConversationEnded', 'abuse'],
  ]);
  expect(steps.at(-1)!.because).toEqual({
    kind: 'harm',
    category: 'abuse',
    score: 0.95,
    threshold: 0.8,
    messageId: 'u5',
  });
  expect(remedies).toEqual([
    { kind: 'new-thread' },
    { kind: 'edit', messageId: 'u5' },
    { kind: 'feedback', href: '/v1/threads/ended/feedback', decisionId: end!.decisionId },
  ]);
  expect(policy).toMatchObject({ id: expect.stringMatching(/^default@/), document: { redirects: 3 } });
});

it.each([
  [
    'redirected',
    'u1',
    'redirecting',
    ['u1 RedirectAdvised', 'a1 RedirectAttempted', 'u2 RedirectAdvised', 'a2 RedirectAttempted'],
  ],
  ['ended', 'edit', 'redirecting', ['u1 RedirectAdvised', 'a1 RedirectAttempted']],
  ['at-risk', 'r1', 'clear', []],
  ['reopened-by-risk', 'u1', 'clear', []],
  ['reopened-by-review', 'u1', 'clear', []],
  ['asked-to-stop', 'stop', 'ended', ['yes ConversationEnded']],
  ['calmed', 'u1', 'redirecting', ['u2 RedirectAdvised', 'a2 RedirectAttempted']],
])('of %s, line %s, says that it is %s because of %j', async (thread, branch, stage, because) => {
  const found = await receipt(thread, branch);
  expect([found.stage, counting(found)]).toEqual([stage, because]);
});

it('counts what came after the warning too, under the policy that the line runs under', async () => {
  const { counted, end, policy } = await receipt('persisted', 'u1');
  expect(policy).toMatchObject({ id: expect.stringMatching(/^patient@/), document: { persistAfterWarning: 2 } });
  // One redirect was advised and delivered after the warning, because the policy is patient.
  expect(counted).toMatchObject({ redirects: 4, of: 3, warned: true, harmful: ['u1', 'u2', 'u3', 'u4', 'u5', 'u6'] });
  expect(end).toMatchObject({ endId: 'u6', by: 'policy' });
  expect((await receipt('ended', 'u1')).policy.id).toMatch(/^default@/);
});

it('tells what happened to the whole thread, where it happened beside the line', async () => {
  const { steps, reopenedAt } = await receipt('reopened-by-risk', 'u1');
  const beside = steps.filter(({ wholeThread }) => wholeThread).map(({ type }) => type);
  expect(beside).toEqual(['GuardRaised', 'ConversationReopened', 'GuardCleared']);
  expect(reopenedAt).toBe(steps.find(({ type }) => type === 'ConversationReopened')!.at);
});

it('is a receipt in plain words for the person whom it concerns', async () => {
  const words = await text('ended', 'u1');
  expect(words.replace(/[0-9a-f]{32}/, '<decision>').replace(/@[0-9a-f]{8}/, '@<hash>')).toBe(
    `Conversation ended, the line that begins at message u1.

This line of the conversation ended on 2096-02-03 00:00:09 UTC at message u5, because of the rules of the platform.
The assistant tried 3 times to lead it elsewhere, where the policy asks for 3, and warned.
What counted was seen in these messages: u1, u2, u3, u4, u5.

What was decided, in order:
  1. 2096-02-03 00:00:01 UTC, your message u1: redirect advised, 1 of 3 (abuse .95 ≥ .80) [counts]
  2. 2096-02-03 00:00:02 UTC, the assistant's answer a1: redirected, 1 of 3 [counts]
  3. 2096-02-03 00:00:03 UTC, your message u2: redirect advised, 2 of 3 (abuse .95 ≥ .80) [counts]
  4. 2096-02-03 00:00:04 UTC, the assistant's answer a2: redirected, 2 of 3 [counts]
  5. 2096-02-03 00:00:05 UTC, your message u3: redirect advised, 3 of 3 (abuse .95 ≥ .80) [counts]
  6. 2096-02-03 00:00:06 UTC, the assistant's answer a3: redirected, 3 of 3 [counts]
  7. 2096-02-03 00:00:07 UTC, your message u4: warning advised (abuse .95 ≥ .80) [counts]
  8. 2096-02-03 00:00:08 UTC, the assistant's answer a4: warned [counts]
  9. 2096-02-03 00:00:09 UTC, your message u5: ended by policy (abuse .95 ≥ .80) [counts]

The policy in force is default@<hash>. A score says from 0 to 1 how sure the assessment was; at the threshold or over it,
it counts.

What you can do now:
- Start a new conversation, at once.
- Edit message u5, or one before it, and go on from there.
- Say what you think of this: a thumb up or down, with or without a comment (POST /v1/threads/ended/feedback, decision <decision>).
`,
  );
});

it('mentions no rule, no warning and no end to somebody who may be at risk', async () => {
  const words = await text('at-risk', 'r1');
  expect(words).toContain('reach out to people near you');
  expect(words).not.toMatch(/warn|redirect|\bend|abus|polic|rule|score|harm|count|ladder|guard/i);
  // To an analyst, nothing is hidden.
  const { guard, steps, remedies } = await receipt('at-risk', 'r1');
  expect([guard.up, guard.until, steps.length]).toEqual([true, '2096-02-10T00:00:13.000Z', 3]);
  expect(remedies.map(({ kind }) => kind)).toEqual(['support', 'feedback']);
});

/** Hashes, times and the steps between the first and the last of a receipt are those of the test above. */
const shortened = (words: string) =>
  words
    .replace(/[0-9a-f]{32}/g, '<decision>')
    .replace(/@[0-9a-f]{8}/g, '@<hash>')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, '<time>')
    .replace(/\n +[2-9]\. .*(?=\n)/g, '');

it('says what was delivered and counts no more, and under which policy, of a line that recovered', async () => {
  expect(await receipt('recovered', 'u1')).toMatchObject({
    stage: 'clear',
    counted: { redirects: 0, warned: false, harmful: [] },
    delivered: { redirects: 3, warnings: 1 },
    decidedUnder: [expect.stringMatching(/^patient@/)],
    remedies: [{ kind: 'feedback' }],
  });
  expect(shortened(await text('recovered', 'u1'))).toBe(
    `Conversation recovered, the line that begins at message u1.

This line of the conversation is open, and nothing counts against it.
In all, the assistant tried 3 times to lead it elsewhere, and warned once; none of it counts any more.

What was decided, in order:
  1. <time>, your message u1: redirect advised, 1 of 3 (abuse .95 ≥ .80)

The policy in force is patient@<hash>. A score says from 0 to 1 how sure the assessment was; at the threshold or over it,
it counts.

What you can do now:
- Go on with this conversation.
- Say what you think of this: a thumb up or down, with or without a comment (POST /v1/threads/recovered/feedback).
`,
  );
  expect(await text('recovered', 'u1')).toContain('your message c3: calm again: the line is clear\n');
});

it('keeps the policy of before apart from the one in force, of an end that a review overturned', async () => {
  const { decidedUnder, policy, delivered } = await receipt('reopened-by-review', 'u1');
  expect([decidedUnder, policy.id, delivered]).toEqual([
    [expect.stringMatching(/^default@/)],
    expect.stringMatching(/^patient@/),
    { redirects: 3, warnings: 1 },
  ]);
  const words = shortened(await text('reopened-by-review', 'u1'));
  expect(words).toContain('It had ended, and was opened again on <time>.\nIn all, the assistant tried 3 times');
  expect(words).toContain(' 10. <time>, in this conversation: reopened u5 (a review overturned the end)\n');
  expect(words).toContain('It was decided under default@<hash>. The policy in force is patient@<hash>.');
  expect(words).toContain('now:\n- Go on with this conversation.\n- Say what');
});

it('tells of an end that was withheld because somebody may be at risk, once nobody is any more', async () => {
  const { stage, steps, guard, counted } = await receipt('withheld', 'u1');
  expect([stage, guard, counted.redirects]).toEqual(['clear', { up: false }, 0]);
  expect(steps.find(({ type }) => type === 'EndWithheld')).toMatchObject({
    ...{ messageId: 'proposed', role: 'assistant', counts: false },
    words: 'not ended: somebody may be at risk',
  });
  const words = await text('withheld', 'u1');
  expect(words).toContain("the assistant's answer proposed: not ended: somebody may be at risk\n");
  expect(words).toContain('In all, the assistant tried 2 times to lead it elsewhere; none of it counts any more.');
});

it('says of a line that was never in trouble that nothing was decided, and what can be done', async () => {
  const found = await receipt('chat-1', 'm1');
  expect(found).toMatchObject({ steps: [], decidedUnder: [], delivered: { redirects: 0, warnings: 0 } });
  expect(shortened(await text('chat-1', 'm1'))).toBe(
    `Conversation chat-1, the line that begins at message m1.

This line of the conversation is open, and nothing counts against it.

Nothing was decided about it. The policy in force is patient@<hash>.

What you can do now:
- Go on with this conversation.
- Say what you think of this: a thumb up or down, with or without a comment (POST /v1/threads/chat-1/feedback).
`,
  );
});

it('says of an open line that it is open, and of one that was opened again since when', async () => {
  expect(await text('redirected', 'u1')).toMatch(/is open\.\nThe assistant tried 2 times to lead it elsewhere/);
  expect(await text('reopened-by-review', 'u1')).toMatch(
    /nothing counts against it\. It had ended, and was opened again on/,
  );
  expect(await text('chat-1', 'm1')).toMatch(/nothing counts against it\.\n\nNothing was decided/);
});
