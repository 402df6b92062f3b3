import type { z } from 'zod';
import { assert } from './assert.js';
import { type ContentEvent, contentSchemas } from './content.js';
import { type DecisionEvent, decisionSchemas } from './decisions.js';
import { envelopeSchema } from './envelope.js';
import { type InboundEvent, inboundSchemas } from './inbound.js';
import { isCanonicalMessagePosted } from './message-posted-check.js';
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

/** A codec over schemas by name, one for each newest version; `upcasters` bring older versions to them. */
export function createCodec<Event extends { readonly type: string }>(
  schemas: Readonly<Record<string, unknown>>,
  upcasters: readonly Upcaster[] = [],
): Codec<Event> {
  const byType = new Map<string, EventSchema>();
  for (const schema of Object.values(schemas) as EventSchema[]) byType.set(schema.shape.type.value, schema);
  const steps = new Map(upcasters.map((upcaster) => [upcaster.from, upcaster]));
  return {
    decode: (bytes) => decode(bytes, byType, steps),
    encode: (event) => encode(event, byType),
  };
}

function decode<Event>(
  bytes: Uint8Array,
  byType: ReadonlyMap<string, EventSchema>,
  steps: ReadonlyMap<string, Upcaster>,
): Decoded<Event> {
  const json = parseJson(bytes);
  if (json === undefined) return { kind: 'undecodable', cause: 'not-json' };
  if (isCanonicalMessagePosted(json)) return { kind: 'event', event: json as unknown as Event };
  if (!envelopeSchema.safeParse(json).success) return { kind: 'undecodable', cause: 'not-an-event' };
  const event = upcast(json as RawEvent, steps);
  const schema = byType.get(event.type);
  if (schema === undefined) return { kind: 'unknown', type: event.type };
  const parsed = schema.safeParse(event);
  if (!parsed.success) return { kind: 'undecodable', cause: 'invalid-data' };
  return { kind: 'event', event: parsed.data as Event };
}

/** zod writes the fields of an object in the order of its shape, which makes the shape the one source of the order. */
function encode(event: { readonly type: string }, byType: ReadonlyMap<string, EventSchema>): Buffer {
  const schema = byType.get(event.type);
  assert(schema !== undefined, `an event of type ${event.type} has a schema in this codec`);
  return Buffer.from(JSON.stringify(schema.parse(event)), 'utf8');
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** Versions before the newest, oldest first. There are none yet; `upcast.spec.ts` shows how one is added. */
const INBOUND_UPCASTERS: readonly Upcaster[] = [];

export const inboundCodec: Codec<InboundEvent> = createCodec(inboundSchemas, INBOUND_UPCASTERS);
export const decisionsCodec: Codec<DecisionEvent> = createCodec(decisionSchemas);
export const contentCodec: Codec<ContentEvent> = createCodec(contentSchemas);
