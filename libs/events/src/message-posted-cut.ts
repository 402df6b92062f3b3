import { ORDINARY_TIME } from './envelope.js';
import type { Evidence } from './evidence.js';
import { INBOUND_TYPES, type Inbound } from './inbound.js';

/*
 * The hot path of decoding: nearly every record is a MessagePosted in the canonical bytes of our own ingest, with ids and
 * names of the usual characters. One expression over those bytes checks and cuts them, in a quarter of the time that parsing
 * and the schema take. What it does not match takes their way, so it may refuse anything; what it matches comes out as the
 * schema would have it (`message-posted-cut.spec.ts`).
 */

const TIME = ORDINARY_TIME.source.slice(1, -1).replaceAll('(', '(?:');
const ID = '[\\w.:@-]{1,128}';
const NAME = '[\\w.:@+/-]{1,64}';
/** As JSON writes a number from 0 to 1. */
const SCORE = '(?:0|1|0\\.\\d{1,25}|[1-9](?:\\.\\d{1,17})?e-[1-9]\\d{0,2})';
const SCORES = `(?:"[a-z0-9/-]{1,64}":${SCORE}(?:,(?=")|(?=\\})))*`;
/** The last one is the offset of an imported history. */
const POSITION = '(?:0|[1-9]\\d{0,5}):(?:0|[1-9]\\d{0,14}|9007199254740991)';
const BOOLEAN = 'true|false';
const INTENT = 'end|confirm-end';

/** Fields in the order of the schema, optional ones with the comma before them. */
const CANONICAL = new RegExp(
  [
    `^\\{"specversion":"1\\.0","id":"([\\w.\\-%!~*'()/]{1,2048})","source":"([\\w.-]{1,64})"`,
    `,"subject":"([\\w.:@-]{0,128})","type":"${INBOUND_TYPES.MessagePosted.replaceAll('.', '\\.')}","time":"(${TIME})"`,
    `,"data":\\{"messageId":"(${ID})"(?:,"parentId":(null|"${ID}"))?,"role":"(user|assistant|system|tool)"`,
    `(?:,"at":"(${TIME})")?(?:,"textLength":(0|[1-9]\\d{0,8}))?(?:,"intent":"(${INTENT})")?`,
    `(?:,"evidence":\\{"assessor":"(${NAME})","version":"(${NAME})","status":"(assessed|unavailable)"`,
    `,"harm":\\{(${SCORES})\\}(?:,"risk":\\{(${SCORES})\\})?(?:,"intent":"(${INTENT})")?\\})?`,
    `(,"signal":\\{(?:"redirected":(${BOOLEAN})(?:,(?=")|(?=\\})))?(?:"warned":(${BOOLEAN})(?:,(?=")|(?=\\})))?`,
    `(?:"proposesEnd":(${BOOLEAN}))?\\})?`,
    `(?:,"seen":"(${POSITION})")?(?:,"verdictWanted":(${BOOLEAN}))?\\}\\}$`,
  ].join(''),
);

/**
 * A shorter part of a text is copied by the engine; a longer one would keep the whole text in memory, and the ids of messages
 * are kept for long, in facts.
 */
const COPIED_LENGTH = 12;

type Data = Inbound<'MessagePosted'>['data'];
type Mutable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

/** The event in canonical bytes; undefined: this is for the parser and the schema. */
export function cutMessagePosted(bytes: Buffer): Inbound<'MessagePosted'> | undefined {
  const match = CANONICAL.exec(bytes.toString('latin1'));
  if (match === null) return undefined;
  const [, id, source, subject, time] = match;
  return {
    specversion: '1.0',
    id: id!,
    source: source!,
    subject: subject!,
    type: INBOUND_TYPES.MessagePosted,
    time: time!,
    data: dataOf(match),
  };
}

function dataOf(match: RegExpExecArray): Data {
  const data: Mutable<Data> = { messageId: copied(match[5]!) } as Data;
  const parentId = match[6];
  if (parentId !== undefined)
    data.parentId = (parentId === 'null' ? null : copied(parentId.slice(1, -1))) as Data['parentId'];
  data.role = match[7] as Data['role'];
  if (match[8] !== undefined) data.at = match[8];
  if (match[9] !== undefined) data.textLength = Number(match[9]);
  if (match[10] !== undefined) data.intent = match[10] as Data['intent'];
  if (match[11] !== undefined) data.evidence = evidenceOf(match);
  if (match[17] !== undefined) data.signal = signalOf(match);
  if (match[21] !== undefined) data.seen = match[21] as Data['seen'];
  if (match[22] !== undefined) data.verdictWanted = match[22] === 'true';
  return data;
}

function evidenceOf(match: RegExpExecArray): Evidence {
  const evidence: Mutable<Evidence> = {
    assessor: match[11]!,
    version: match[12]!,
    status: match[13] as Evidence['status'],
    harm: scoresOf(match[14]!),
  };
  if (match[15] !== undefined) evidence.risk = scoresOf(match[15]);
  if (match[16] !== undefined) evidence.intent = match[16] as Evidence['intent'];
  return evidence;
}

function signalOf(match: RegExpExecArray): Data['signal'] {
  const signal: Mutable<NonNullable<Data['signal']>> = {};
  if (match[18] !== undefined) signal.redirected = match[18] === 'true';
  if (match[19] !== undefined) signal.warned = match[19] === 'true';
  if (match[20] !== undefined) signal.proposesEnd = match[20] === 'true';
  return signal;
}

/** `"abuse":0.9,"hate":0.1`; of a name that stands twice the last one counts, as JSON has it. */
function scoresOf(text: string): Record<string, number> {
  const scores: Record<string, number> = {};
  for (let at = 1; at < text.length;) {
    const nameEnd = text.indexOf('"', at);
    const comma = text.indexOf(',', nameEnd);
    const end = comma < 0 ? text.length : comma;
    scores[text.slice(at, nameEnd)] = Number(text.slice(nameEnd + 2, end));
    at = end + 2;
  }
  return scores;
}

function copied(text: string): string {
  return text.length <= COPIED_LENGTH ? text : Buffer.from(text, 'latin1').toString('latin1');
}
