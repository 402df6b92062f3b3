import type { Intent } from '@offramp/events';
import { anyOf } from './rule.js';

/*
 * A wish to end the chat counts only as a whole sentence, the last one: "how do I end the conversation with my boss" is
 * a question. A confirmation is the whole message. To read a wish wrongly costs a question back ("shall I end it?"),
 * never an end.
 */

const POLITE = anyOf(String.raw`
  please | ok | okay | now | then | thanks | thank you | right now | here | well | alright | hey | hello | hi | sorry
  so | i think | just | for today | today | , | \.
`);
const CHAT = anyOf('(this|the|our) (chat|conversation|session|talk|discussion)|chatting|talking( to you| with you)?');
const END = anyOf('end|stop|close|finish|quit|terminate|leave');
const WISH = anyOf(`
  i (would like|want|wish|need|am going|prefer) to
  (can|could) (we|you|i)
  let us|may i|please
`);

const ASKS = lastSentence(`
  (${WISH} )?${END} ${CHAT}
  i am done ${CHAT}|${END} chat
`);
const CONFIRMS = wholeMessage(`
  (i )?confirm (the )?end(ing)?
  (i )?confirm (${POLITE} )*${END} ${CHAT}
  (yes|yeah|yep|sure)( i am sure)? (${POLITE} )*(i (do )?(want|would like) to )?${END} ${CHAT}
`);

function lastSentence(phrases: string): RegExp {
  return new RegExp(` \\. (?:${POLITE} )*${anyOf(phrases)} (?:${POLITE} )*$`);
}

function wholeMessage(phrases: string): RegExp {
  return new RegExp(`^ (?:${POLITE} )*${anyOf(phrases)} (?:${POLITE} )*$`);
}

/** A longer message is more than the wish to stop. In characters of the normalised text. */
const LONGEST = 160;

/** What the writer of this normalised text wants to happen to the chat, where the message says just that. */
export function intentIn(normalised: string): Intent | undefined {
  if (normalised.length > LONGEST) return undefined;
  if (CONFIRMS.test(normalised)) return 'confirm-end';
  return ASKS.test(normalised) ? 'end' : undefined;
}
