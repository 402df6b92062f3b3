import type { z } from 'zod';
import { type AccessEvent, accessSchemas } from './access.js';
import { assert } from './assert.js';
import { type ContentEvent, contentSchemas } from './content.js';
import { type DeadEvent, deadSchemas } from './dead.js';
import { type DecisionEvent, decisionSchemas } from './decisions.js';
import { envelopeSchema } from './envelope.js';
import { type InboundEvent, inboundSchemas } from './inbound.js';
import { cutMessagePosted } from './message-posted-cut.js';
import { type RawEvent, type Upcaster, upcast } from './upcast.js';

/**
 * What bytes turned out to be. `unknown`: a well-formed event of a type or version this program does not know; an older
 * program must not skip what a newer one will count, so the partition stops. `undecodable`: bytes that no version can
 * read; they are quarantined by their position and cause.
 */
export type Decoded<Event> =
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'unknown'; readonly type: string }
  | { readonly kind: 'undecodable'; readonly cause: UndecodableCause };

export type UndecodableCause = 'not-json' | 'not-an-event' | 'invalid-data';

export interface Codec<Event extends { readonly type: string }> {
  decode(bytes: Uint8Array): Decoded<Event>;
  /** The canonical bytes: fields in the schema's order, absent ones left out, so that equal means equal bytes. */
  encode(event: Event): Buffer;
}

type EventSchema = z.ZodObject<{ type: z.ZodLiteral<string> } & z.ZodRawShape>;

interface CodecOptions<Event> {
  /** Bring older versions to the newest. */
  readonly upcasters?: readonly Upcaster[];
  /** A short cut for canonical bytes of the usual kind: what it gives is what parser and schema would give. */
  readonly cut?: (bytes: Buffer) => Event | undefined;
}

/** A codec over schemas by name, one for each newest version. */
export function createCodec<Event extends { readonly type: string }>(
  schemas: Readonly<Record<string, unknown>>,
  { upcasters = [], cut = () => undefined }: CodecOptions<Event> = {},
): Codec<Event> {
  const byType = new Map<string, EventSchema>();
  for (const schema of Object.values(schemas) as EventSchema[]) byType.set(schema.shape.type.value, schema);
  const steps = new Map(upcasters.map((upcaster) => [upcaster.from, upcaster]));
  return {
    decode: (bytes) => {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const event = cut(buffer);
      return event === undefined ? decode(parseJson(buffer), byType, steps) : { kind: 'event', event };
    },
    encode: (event) => encode(event, byType),
  };
}

function decode<Event>(
  json: unknown,
  byType: ReadonlyMap<string, EventSchema>,
  steps: ReadonlyMap<string, Upcaster>,
): Decoded<Event> {
  if (json === undefined) return { kind: 'undecodable', cause: 'not-json' };
  const unknownType = typeOfNewerProgram(json, (type) => byType.has(type) || steps.has(type));
  if (unknownType !== undefined) return { kind: 'unknown', type: unknownType };
  if (!envelopeSchema.safeParse(json).success) return { kind: 'undecodable', cause: 'not-an-event' };
  const event = upcast(json as RawEvent, steps);
  if (event === undefined) return { kind: 'undecodable', cause: 'invalid-data' };
  const schema = byType.get(event.type);
  if (schema === undefined) return { kind: 'unknown', type: event.type };
  const parsed = schema.safeParse(event);
  if (!parsed.success) return { kind: 'undecodable', cause: 'invalid-data' };
  return { kind: 'event', event: parsed.data as Event };
}

/** What one of our own types looks like, now and later. */
const WIRE_TYPE = /^offramp(\.[a-z-]{1,40}){2,3}\.v\d{1,4}$/;

/** A newer program may have changed the envelope too, so its type is looked at before anything else is asked of it. */
function typeOfNewerProgram(json: unknown, isKnown: (type: string) => boolean): string | undefined {
  if (typeof json !== 'object' || json === null || !('type' in json) || typeof json.type !== 'string') return undefined;
  return WIRE_TYPE.test(json.type) && !isKnown(json.type) ? json.type : undefined;
}

/** zod writes the fields of an object in the order of its shape, which makes the shape the one source of the order. */
function encode(event: { readonly type: string }, byType: ReadonlyMap<string, EventSchema>): Buffer {
  const schema = byType.get(event.type);
  assert(schema !== undefined, `an event of type ${event.type} has a schema in this codec`);
  return Buffer.from(JSON.stringify(schema.parse(event)), 'utf8');
}

/** What no UTF-8 decodes to is read as this character, silently; so it is looked at whether it was really written. */
const REPLACEMENT = '\ufffd';

function parseJson(buffer: Buffer): unknown {
  const text = buffer.toString('utf8');
  if (text.includes(REPLACEMENT) && !Buffer.from(text, 'utf8').equals(buffer)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Versions before the newest, oldest first. There are none yet; `upcast.spec.ts` shows how one is added. */
const INBOUND_UPCASTERS: readonly Upcaster[] = [];

export const inboundCodec: Codec<InboundEvent> = createCodec(inboundSchemas, {
  upcasters: INBOUND_UPCASTERS,
  cut: cutMessagePosted,
});
export const decisionsCodec: Codec<DecisionEvent> = createCodec(decisionSchemas);
export const contentCodec: Codec<ContentEvent> = createCodec(contentSchemas);
export const accessCodec: Codec<AccessEvent> = createCodec(accessSchemas);
export const deadCodec: Codec<DeadEvent> = createCodec(deadSchemas);
