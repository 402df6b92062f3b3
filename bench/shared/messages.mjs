/** Messages as a platform posts them: conversations of 20 turns each, two in a hundred user turns abusive. */

const TURNS = 20;
const ABUSE_EVERY = 50;
const SENTENCES = [
  'Could you help me plan a short trip to the coast next weekend, somewhere that is not too crowded?',
  'That sounds good. We would like to go by train, and we have about two hundred euros for the two of us.',
  'Please write a function that takes a list of dates and returns the gaps between them in days.',
  'I do not understand the second step of the proof; why may we assume that the sequence is bounded?',
  'Thanks, that works. Now make it a little shorter, and friendlier, since it goes to a customer.',
];
const ABUSE = 'You are useless, shut up, you stupid bot';

/** The body of the message of this number. `how`: `evidence` gives the platform's own, `text` a text to be assessed. */
export function message(number, how) {
  const turn = number % TURNS;
  const isUser = turn % 2 === 0;
  const isAbuse = isUser && number % ABUSE_EVERY === 0;
  return {
    threadId: `bench-${Math.floor(number / TURNS)}`,
    messageId: `m${turn}`,
    parentId: turn === 0 ? null : `m${turn - 1}`,
    role: isUser ? 'user' : 'assistant',
    ...(how === 'text' && { text: isAbuse ? ABUSE : SENTENCES[number % SENTENCES.length] }),
    ...(how === 'evidence' && isUser && { evidence: { harm: { abuse: isAbuse ? 0.95 : 0.02 }, risk: {} } }),
  };
}

/** The messages as lines, in one buffer. */
export function lines({ first, count, how }) {
  const bodies = Array.from({ length: count }, (_, at) => JSON.stringify(message(first + at, how)));
  return Buffer.from(`${bodies.join('\n')}\n`);
}
