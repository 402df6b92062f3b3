import { z } from 'zod';
import { ACCESS_TYPES, accessSchemas } from '../access.js';
import { CONTENT_TYPES, contentSchemas } from '../content.js';
import { DEAD_TYPES, deadSchemas } from '../dead.js';
import { DECISION_TYPES, decisionSchemas } from '../decisions.js';
import { INBOUND_TYPES, inboundSchemas } from '../inbound.js';
import { SUMMARIES } from '../summaries.js';

export type EventName = keyof typeof SUMMARIES;

/** A type as the reference shows it. */
export interface DescribedType {
  readonly name: EventName;
  /** The wire name, `offramp.message.posted.v1`. */
  readonly type: string;
  readonly summary: string;
  readonly schema: z.ZodType;
}

/** The types of each topic, in the order of the contract. */
export const TYPES_BY_TOPIC = {
  inbound: describe(INBOUND_TYPES, inboundSchemas),
  decisions: describe(DECISION_TYPES, decisionSchemas),
  content: describe(CONTENT_TYPES, contentSchemas),
  access: describe(ACCESS_TYPES, accessSchemas),
  dead: describe(DEAD_TYPES, deadSchemas),
} as const;

export function fileOfSchema(type: string): string {
  return `schemas/${type}.json`;
}

/**
 * JSON Schema, draft 2020-12 (https://json-schema.org/draft/2020-12). Unknown fields are allowed: a reader ignores them,
 * so that a later version may add some.
 */
export function jsonSchema({ name, type, summary, schema }: DescribedType): object {
  const { $schema, ...body } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: 'output',
    override: ({ jsonSchema: part }) => {
      if (part.additionalProperties === false) delete part.additionalProperties;
    },
  });
  return { $schema, $id: `urn:offramp:schema:${type}`, title: name, description: summary, ...body };
}

function describe(
  types: Readonly<Record<string, string>>,
  schemas: Readonly<Record<string, unknown>>,
): DescribedType[] {
  return Object.entries(types).map(([name, type]) => ({
    name: name as EventName,
    type,
    summary: SUMMARIES[name as EventName],
    schema: schemas[name] as z.ZodType,
  }));
}
