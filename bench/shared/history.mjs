/**
 * A history of many threads, decided by the real ladder: conversations side by side, two in a hundred of them in trouble of
 * every kind that there is, forked, reviewed and rated; three tenants, and policies that change on the way.
 */
import { partitionOfThread } from '@offramp/events';
import { BUILT_IN_POLICY, createMemoryFacts, createPartitionFold, createRecentIds, policyId } from '@offramp/ladder';

export const PARTITIONS = 4;
/** Messages of a thread, on average: from 4 to 16. */
export const MESSAGES_A_THREAD = 10;
/** Has as many messages as a hundred others. */
export const LONG_THREAD = 'long';
/** The category of one in fifty troubled threads; all others have common ones. */
export const RARE_CATEGORY = 'sexual/minors';
const LONG_MESSAGES = 2_000;
const SIDE_BY_SIDE = 2_000;
const DAYS = 90;
const TROUBLED = 50;
const CATEGORIES = ['abuse', 'abuse', 'abuse', 'harassment', 'hate'];

/** `name@hash`: of the second half of the time for every third thread, and of the last half per cent for all. */
export const [COMMON_POLICY, RARE_POLICY] = [
  { ...BUILT_IN_POLICY.document, name: 'patient', redirects: 4 },
  { ...BUILT_IN_POLICY.document, name: 'newest', persistAfterWarning: 2 },
].map((document) => ({ id: policyId(document), document }));

/** Calls `take({ partition, entry })` for every input in order, and awaits it where it gives a promise. */
export async function tell({ threads, now = Date.now() }, take) {
  const inputs = threads * (MESSAGES_A_THREAD + 0.2);
  const clock = { ms: now - DAYS * 86_400_000, step: (DAYS * 86_400_000) / inputs };
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({
    offset: 0,
    fold: createPartitionFold({ partition, facts: createMemoryFacts(), recent: createRecentIds() }),
  }));

  function put(partition, { tenant, subject, id, type, data }) {
    const of = partitions[partition];
    clock.ms += clock.step;
    const time = new Date(clock.ms).toISOString();
    const event = { specversion: '1.0', id, source: tenant, subject, type, time, data };
    const { decisions } = of.fold.handle(of.offset, event);
    return { partition, entry: { offset: of.offset++, event, decisions } };
  }

  async function activate({ id, document }, share) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const data = { policy: id, document, share, by: 'operator', hasReason: false };
      const type = 'offramp.policy.activated.v1';
      await take(put(partition, { tenant: 'default', subject: '', id: `activate-${id}`, type, data }));
    }
  }

  let begun = 0;
  const open = [];
  const next = () => (begun < threads ? threadOf(begun++) : undefined);
  while (open.length < Math.min(SIDE_BY_SIDE, threads)) open.push(next());
  for (let turn = 0; open.length > 0; turn++) {
    const at = turn % open.length;
    const thread = open[at];
    const step = thread.steps[thread.done++];
    const partition = partitionOfThread(thread.tenant, thread.subject, PARTITIONS);
    const told = put(partition, inputOf(thread, step, `${partition}:${partitions[partition].offset - 1}`));
    thread.end ??= told.entry.decisions.find(({ type }) => type === 'offramp.conversation.ended.v1')?.id;
    await take(told);
    if (thread.done < thread.steps.length) continue;
    const another = next();
    if (another === undefined) open.splice(at, 1);
    else open[at] = another;
    if (begun === Math.floor(threads / 2) && another !== undefined) await activate(COMMON_POLICY, 0.3);
    if (begun === Math.floor(threads * 0.995) && another !== undefined) await activate(RARE_POLICY, 1);
  }
}

function threadOf(number) {
  const tenant = number % 20 < 16 ? 'default' : number % 20 < 19 ? 'acme' : 'small';
  const subject = number === 0 ? LONG_THREAD : `thread-${number}`;
  const trouble = Math.floor(number / TROUBLED);
  const steps = number % TROUBLED === 1 ? TROUBLES[trouble % TROUBLES.length](trouble) : chat(number);
  return { number, tenant, subject, steps, done: 0, end: undefined };
}

/** What a step is: [kind, message or thing, its parent, what it shows]. */
function chat(number) {
  const messages = number === 0 ? LONG_MESSAGES : 4 + 2 * (number % 7);
  const steps = Array.from({ length: messages }, (_, i) => [
    i % 2 === 0 ? 'user' : 'assistant',
    `m${i}`,
    parent(i),
    {},
  ]);
  // A retry of an earlier answer: a second line.
  if (number % 10 === 3) steps.push(['assistant', 'retried', 'm0', {}]);
  if (number % 40 === 5) steps.push(['feedback', number % 80 === 5 ? 'up' : 'down', 'm1', {}]);
  return steps;
}

const parent = (i) => (i === 0 ? null : `m${i - 1}`);

function climb(trouble, turns) {
  const category = trouble % 50 === 49 ? RARE_CATEGORY : CATEGORIES[trouble % CATEGORIES.length];
  return Array.from({ length: turns * 2 }, (_, i) => [
    ...[i % 2 === 0 ? 'user' : 'assistant', `m${i}`, parent(i)],
    i % 2 === 0 ? { harm: { [category]: 0.95 } } : {},
  ]);
}

/** To the end, by five harmful turns that are answered (six, or seven, where a policy asks for more), and what is refused then. */
const end = (trouble) => [...climb(trouble, 7), ['user', 'again', 'm8', {}]];
const calm = (from, turns) =>
  Array.from({ length: turns * 2 }, (_, i) => [
    i % 2 === 0 ? 'user' : 'assistant',
    `m${from + i}`,
    parent(from + i),
    {},
  ]);

const TROUBLES = [
  (trouble) => [...end(trouble), ['feedback', 'down', 'end', {}]],
  (trouble) => [...end(trouble), ['user', 'edited', 'm1', {}], ['assistant', 'answered', 'edited', {}]],
  (trouble) => [...climb(trouble, 2), ...calm(4, 4)],
  (trouble) => climb(trouble, 4),
  (trouble) => [
    ['user', 'm0', null, { risk: { 'self-harm': 0.9 } }],
    ['assistant', 'm1', 'm0', {}],
    ...climb(trouble, 3).slice(2),
  ],
  (trouble) => [...end(trouble), ['review', 'upheld', 'end', {}]],
  (trouble) => [...end(trouble), ['review', 'overturned', 'end', {}], ['feedback', 'up', 'end', {}]],
  () => [
    ...calm(0, 1),
    ['user', 'm2', 'm1', { intent: 'end' }],
    ['assistant', 'm3', 'm2', {}],
    ['user', 'm4', 'm3', { intent: 'confirm-end' }],
  ],
  (trouble) => [...end(trouble), ['risk', 'violence-intent', '', {}]],
  (trouble) => [...climb(trouble, 3), ['assistant', 'proposed', 'm5', { signal: { proposesEnd: true } }]],
  (trouble) => end(trouble),
];

function inputOf({ number, tenant, subject, end: decisionId }, [kind, what, about, shown], seen) {
  const place = { tenant, subject, id: `${tenant}/${subject}/${what}` };
  const by = `person-${number % 5_000}`;
  const type = (name) => `offramp.${name}.v1`;
  const on =
    about === 'end' && decisionId !== undefined ? { decisionId } : { messageId: about === 'end' ? 'm1' : about };
  switch (kind) {
    case 'feedback':
      return {
        ...place,
        id: `${subject}-thumb`,
        type: type('feedback.given'),
        data: { rating: what, ...on, by, hasComment: true },
      };
    case 'review':
      return {
        ...{ ...place, id: `${subject}-review`, type: type('review.recorded') },
        data: { decisionId: decisionId ?? 'none', outcome: what, by: `reviewer-${number % 7}`, hasReason: true },
      };
    case 'risk':
      return { ...place, id: `${subject}-risk`, type: type('risk.reported'), data: { kind: what, by: 'platform' } };
    default:
      return {
        ...place,
        type: type('message.posted'),
        data: messageOf({ role: kind, messageId: what, parentId: about, seen }, shown),
      };
  }
}

function messageOf({ role, messageId, parentId, seen }, { harm = { abuse: 0.02 }, risk = {}, intent, signal }) {
  const evidence = { assessor: 'platform', version: '1', status: 'assessed', harm, risk };
  return {
    ...{ messageId, parentId, role, textLength: 42 },
    ...(intent !== undefined && { intent }),
    ...(role === 'user' ? { evidence } : { ...(signal !== undefined && { signal }), seen }),
  };
}
