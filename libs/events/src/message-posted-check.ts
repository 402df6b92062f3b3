import { ORDINARY_TIME } from './envelope.js';
import { INBOUND_TYPES, type Inbound } from './inbound.js';

/*
 * The hot path of decoding: nearly every record is a MessagePosted written by our own ingest. This check accepts a part of
 * what the schema accepts, and only values that the schema would return unchanged; all else takes the schema's way.
 * `message-posted-check.spec.ts` holds it against the schema.
 */

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

/** Ids and names of the usual characters; any other is for the schema. */
const PLAIN_ID = /^[\w.:@-]{1,128}$/;
const PLAIN_SUBJECT = /^[\w.:@-]{0,128}$/;
const PLAIN_NAME = /^[\w.:@+/-]{1,64}$/;
const TENANT = /^[\w.-]{1,64}$/;
const EVENT_ID = /^[\w.\-%!~*'()/]{1,2048}$/;
/** The last one is the offset of an imported history. */
const POSITION = /^(0|[1-9]\d{0,5}):(0|[1-9]\d{0,14}|9007199254740991)$/;
const CATEGORY = /^[a-z0-9/-]{1,64}$/;
const ROLES = new Set<unknown>(['user', 'assistant', 'system', 'tool']);

const isBoolean: Check = (value) => typeof value === 'boolean';
const isPlainId: Check = (value) => typeof value === 'string' && PLAIN_ID.test(value);
const isTime: Check = (value) => typeof value === 'string' && ORDINARY_TIME.test(value);
const isIntent: Check = (value) => value === 'end' || value === 'confirm-end';
const isPlainName: Check = (value) => typeof value === 'string' && PLAIN_NAME.test(value);

const ENVELOPE: Readonly<Record<string, Check>> = {
  specversion: (value) => value === '1.0',
  id: (value) => typeof value === 'string' && EVENT_ID.test(value),
  source: (value) => typeof value === 'string' && TENANT.test(value),
  subject: (value) => typeof value === 'string' && PLAIN_SUBJECT.test(value),
  type: (value) => value === INBOUND_TYPES.MessagePosted,
  time: isTime,
  data: isData,
};

const DATA: Readonly<Record<string, Check>> = {
  messageId: isPlainId,
  parentId: (value) => value === null || isPlainId(value),
  role: (value) => ROLES.has(value),
  at: isTime,
  textLength: (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
  intent: isIntent,
  evidence: isEvidence,
  signal: (value) => hasOnly(value, SIGNAL, 0),
  seen: (value) => typeof value === 'string' && POSITION.test(value),
  verdictWanted: isBoolean,
};

const EVIDENCE: Readonly<Record<string, Check>> = {
  assessor: isPlainName,
  version: isPlainName,
  status: (value) => value === 'assessed' || value === 'unavailable',
  harm: isScores,
  risk: isScores,
  intent: isIntent,
};

const SIGNAL: Readonly<Record<string, Check>> = { redirected: isBoolean, warned: isBoolean, proposesEnd: isBoolean };

export function isCanonicalMessagePosted(value: unknown): value is Inbound<'MessagePosted'> {
  return hasOnly(value, ENVELOPE, 7);
}

function isData(value: unknown): boolean {
  return hasOnly(value, DATA, 2) && 'messageId' in (value as Fields) && 'role' in (value as Fields);
}

function isEvidence(value: unknown): boolean {
  if (!hasOnly(value, EVIDENCE, 4)) return false;
  return 'assessor' in value && 'version' in value && 'status' in value && 'harm' in value;
}

function isScores(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const category in value) {
    const score = (value as Fields)[category];
    if (typeof score !== 'number' || !(score >= 0 && score <= 1) || !CATEGORY.test(category)) return false;
  }
  return true;
}

/** Whether `value` is an object of at least `least` fields, each of which has a check and passes it. */
function hasOnly(value: unknown, checks: Readonly<Record<string, Check>>, least: number): value is Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  let fields = 0;
  for (const name in value) {
    if (!Object.hasOwn(checks, name) || !checks[name]!((value as Fields)[name])) return false;
    fields++;
  }
  return fields >= least;
}
