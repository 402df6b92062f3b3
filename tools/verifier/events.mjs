import { createHash } from 'node:crypto';

/*
 * What stands on the topics, read by the contract alone. The verifier imports nothing of the product: where both were wrong
 * in the same way it would see nothing.
 */

/**
 * A record as Kafka has it.
 * @typedef {{ offset: number, key: string, value: string }} LogRecord
 */

/**
 * An event, whatever its type. `ms` is its `time`, since 1970.
 * @typedef {object} LogEvent
 * @property {string} id
 * @property {string} source the tenant
 * @property {string} subject the thread
 * @property {string} type as on the wire
 * @property {string} name the type without its wire form, such as `MessagePosted`
 * @property {string} time
 * @property {number} ms
 * @property {any} data
 */

/** @type {Readonly<Record<string, string>>} */
const NAMES = {
  'offramp.message.posted.v1': 'MessagePosted',
  'offramp.risk.reported.v1': 'RiskReported',
  'offramp.risk.cleared.v1': 'RiskCleared',
  'offramp.feedback.given.v1': 'FeedbackGiven',
  'offramp.review.recorded.v1': 'ReviewRecorded',
  'offramp.policy.activated.v1': 'PolicyActivated',
  'offramp.endings.suspended.v1': 'EndingsSuspended',
  'offramp.endings.resumed.v1': 'EndingsResumed',
  'offramp.content.erased.v1': 'ContentErased',
  'offramp.redirect.advised.v1': 'RedirectAdvised',
  'offramp.warning.advised.v1': 'WarningAdvised',
  'offramp.support.advised.v1': 'SupportAdvised',
  'offramp.end.permitted.v1': 'EndPermitted',
  'offramp.redirect.attempted.v1': 'RedirectAttempted',
  'offramp.warning.issued.v1': 'WarningIssued',
  'offramp.end-confirmation.asked.v1': 'EndConfirmationAsked',
  'offramp.end.withheld.v1': 'EndWithheld',
  'offramp.conversation.ended.v1': 'ConversationEnded',
  'offramp.conversation.reopened.v1': 'ConversationReopened',
  'offramp.message.refused.v1': 'MessageRefused',
  'offramp.message.repeated.v1': 'MessageRepeated',
  'offramp.guard.raised.v1': 'GuardRaised',
  'offramp.guard.extended.v1': 'GuardExtended',
  'offramp.guard.cleared.v1': 'GuardCleared',
  'offramp.ladder.reset.v1': 'LadderReset',
  'offramp.policy.applied.v1': 'PolicyApplied',
  'offramp.record.quarantined.v1': 'RecordQuarantined',
  'offramp.progress.reached.v1': 'Progress',
};

/**
 * @param {string} value
 * @returns {LogEvent | null} null: these bytes are no event
 */
export function parseEvent(value) {
  try {
    const event = JSON.parse(value);
    const ms = Date.parse(event.time);
    if (typeof event.type !== 'string' || typeof event.source !== 'string' || Number.isNaN(ms)) return null;
    return { ...event, name: NAMES[event.type] ?? event.type, ms };
  } catch {
    return null;
  }
}

/** @param {unknown} text `"partition:offset"` */
export function parsePosition(text) {
  const [, partition, offset] = /^(\d+):(\d+)$/.exec(String(text)) ?? [];
  return { partition: Number(partition ?? -1), offset: Number(offset ?? -1) };
}

/**
 * The id that a decision has to have: derived from what caused it, so that a repeat is seen to be one.
 * @param {LogEvent} decision
 * @param {LogEvent | null} input null where the input is no event
 */
export function derivedId({ source, subject, type, data }, input) {
  const parts = [source, subject, data.position, input === null ? '' : input.id, type, String(data.index)];
  return sha256(parts.map(encodePart).join('/')).slice(0, 32);
}

/** @param {string} part */
export function encodePart(part) {
  return /^[A-Za-z0-9_.-]*$/.test(part) ? part : encodeURIComponent(part);
}

/** @param {string} text */
export function sha256(text) {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** A key of a Map. @param {...unknown} parts */
export function keyOf(...parts) {
  return JSON.stringify(parts);
}
