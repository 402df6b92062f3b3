import type { AccessName } from './access.js';
import type { ContentName } from './content.js';
import type { DeadName } from './dead.js';
import type { DecisionName } from './decisions.js';
import type { InboundName } from './inbound.js';

/** One sentence on each type, for the generated reference. */
export const SUMMARIES: Readonly<Record<InboundName | DecisionName | ContentName | AccessName | DeadName, string>> = {
  MessagePosted: 'A message was posted to a thread; with its evidence, without its text.',
  RiskReported: 'Somebody may be at risk: no line of the thread warns or ends while the guard is up.',
  RiskCleared: 'Somebody looked, and the thread is no longer at risk.',
  FeedbackGiven: 'A thumb up or down, on an ending or on any message, also in an ended thread.',
  ReviewRecorded: 'A person judged a decision; an overturned end reopens its line.',
  PolicyActivated: 'A policy applies from here on; written to every partition.',
  EndingsSuspended: 'No policy and no model ends a conversation of this tenant from here on.',
  EndingsResumed: 'Conversations of this tenant may end again.',
  ContentErased: 'Texts of a thread, or of some of its messages, were erased.',

  RedirectAdvised: 'The assistant should redirect the conversation with its next answer.',
  WarningAdvised: 'The assistant should warn that the conversation may end.',
  SupportAdvised: 'Somebody may be at risk: the assistant should support, and nothing counts.',
  EndPermitted: 'The model may end the conversation now, if it wants to.',
  RedirectAttempted: 'An answer delivered a redirect that was advised.',
  WarningIssued: 'An answer delivered the warning that was advised.',
  EndConfirmationAsked: 'The end was asked for, and has to be confirmed.',
  EndWithheld: 'An end that was asked for, proposed or due did not happen, and why.',
  ConversationEnded: 'The line of conversation ended at this message, and how it came to that.',
  ConversationReopened: 'Ended lines were opened again, because of a risk or a review.',
  MessageRefused: 'A user message under an ended line was not taken.',
  MessageRepeated: 'A message id was used again: the first verdict once more, and nothing moves.',
  GuardRaised: 'A risk was seen: the guard of the thread is up.',
  GuardExtended: 'A risk was seen again: the guard stays up for longer.',
  GuardCleared: 'The guard of the thread is down.',
  LadderReset: 'The line is clear again.',
  PolicyApplied: 'The policy is in force on this partition from here on.',
  RecordQuarantined: 'A record that no version can decode was left aside; its bytes stay where they are.',
  Progress: 'Everything up to this input position is decided; silence up to here means continue.',

  ContentStored: 'A text that a person or a model wrote.',
  ContentForgotten: 'Texts that must not be read again; nothing stored before it may come back.',

  KeyCreated: 'A key of a tenant may be used from here on, for its scopes.',
  RecordRejected: 'A record of a platform could not be handled; its bytes stay where they are.',
  KeyRevoked: 'A key may not be used any more.',
};
