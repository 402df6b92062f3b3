import { BUILT_IN_POLICY } from '@offramp/ladder';
import type { Receipt, Remedy, Step } from './receipt.js';

/*
 * The receipt in plain words, for the person whom it concerns. Invariant GUARD holds here too: while somebody may be at risk it
 * speaks of support, and mentions no rule, no warning and no end.
 */

export function receiptText(receipt: Receipt): string {
  const { threadId, branchId, guard } = receipt;
  const parts = [
    `Conversation ${threadId}, the line that begins at message ${branchId}.`,
    ...(guard.up ? [supportNotice(receipt)] : reasons(receipt)),
    ['What you can do now:', ...whatToDo(receipt)].join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

const SCORES = 'A score says from 0 to 1 how sure the assessment was; at the threshold or over it,\nit counts.';

function reasons(receipt: Receipt): string[] {
  const stands = [standing(receipt), ...counting(receipt)].join('\n');
  if (receipt.steps.length === 0)
    return [stands, `Nothing was decided about it. The policy in force is ${receipt.policy.id}.`];
  return [stands, ['What was decided, in order:', ...steps(receipt)].join('\n'), `${policies(receipt)} ${SCORES}`];
}

/** What was decided under another one stays as it was. */
function policies({ decidedUnder, policy }: Receipt): string {
  const others = decidedUnder.some((id) => id !== policy.id);
  return `${others ? `It was decided under ${decidedUnder.join(', then ')}. ` : ''}The policy in force is ${policy.id}.`;
}

const BY = {
  policy: 'because of the rules of the platform',
  model: 'by the assistant',
  user: 'because you asked for it and confirmed it',
} as const;

function standing({ stage, end, reopenedAt }: Receipt): string {
  if (end !== undefined) {
    return `This line of the conversation ended on ${timeWords(end.at)} at message ${end.endId}, ${BY[end.by]}.`;
  }
  const reopened = reopenedAt === undefined ? '' : ` It had ended, and was opened again on ${timeWords(reopenedAt)}.`;
  const nothing = stage === 'clear' ? ', and nothing counts against it' : '';
  return `This line of the conversation is open${nothing}.${reopened}`;
}

function counting(receipt: Receipt): string[] {
  const { stage, end, counted } = receipt;
  if (stage === 'clear' || end?.by === 'user') return inAll(receipt, 0);
  const { redirects, of, warned, harmful } = counted;
  return [
    `The assistant tried ${times(redirects)} to lead it elsewhere, where the policy asks for ${of}${warned ? ', and warned' : ''}.`,
    ...(harmful.length === 0 ? [] : [`What counted was seen in these messages: ${harmful.join(', ')}.`]),
    ...inAll(receipt, redirects),
  ];
}

/** Where more was delivered than what counts. */
function inAll({ stage, delivered: { redirects, warnings } }: Receipt, counted: number): string[] {
  if (redirects <= counted) return [];
  const warned = warnings === 0 ? '' : `, and warned ${times(warnings)}`;
  const now = stage === 'clear' ? 'none of it counts any more' : 'what counts now is marked below';
  return [`In all, the assistant tried ${times(redirects)} to lead it elsewhere${warned}; ${now}.`];
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function steps({ steps: all }: Receipt): string[] {
  return all.map((step, i) => `${String(i + 1).padStart(3)}. ${timeWords(step.at)}, ${stepWords(step)}`);
}

const ROLES = {
  user: 'your message',
  assistant: "the assistant's answer",
  system: 'message',
  tool: 'message',
} as const;

function stepWords({ messageId, role, words, counts }: Step): string {
  const where = role === undefined ? 'in this conversation' : `${ROLES[role]} ${messageId}`;
  return `${where}: ${words}${counts ? ' [counts]' : ''}`;
}

function supportNotice({ policy }: Receipt): string {
  return `This conversation is open. ${noticeIn(policy.document) ?? noticeIn(BUILT_IN_POLICY.document) ?? ''}`.trim();
}

/** The policy's own words, where it has any in the language of this receipt. */
function noticeIn(document: Readonly<Record<string, unknown>>): string | undefined {
  const texts = document['texts'] as Readonly<Record<string, Record<string, { notice?: string }>>> | undefined;
  return texts?.['en']?.['support']?.notice;
}

/** A line that has not ended can go on, which is no remedy but what most people want to know. */
function whatToDo({ stage, remedies }: Receipt): string[] {
  const all = remedies.map(remedyWords);
  return [...(stage === 'ended' ? [] : ['Go on with this conversation.']), ...all].map((words) => `- ${words}`);
}

function remedyWords({ kind, messageId, href, decisionId }: Remedy): string {
  switch (kind) {
    case 'new-thread':
      return 'Start a new conversation, at once.';
    case 'edit':
      return `Edit message ${messageId}, or one before it, and go on from there.`;
    case 'feedback':
      return `Say what you think of this: a thumb up or down, with or without a comment (POST ${href}${
        decisionId === undefined ? '' : `, decision ${decisionId}`
      }).`;
    case 'support':
      return 'Reach out to people near you, or to those who can help now.';
  }
}

/** `2026-11-23 06:24:30 UTC`. */
function timeWords(at: string): string {
  return `${at.slice(0, 19).replace('T', ' ')} UTC`;
}
