import { createRequire } from 'node:module';
import { readdirSync } from 'node:fs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { reference } from './reference.js';
import { TYPES_BY_TOPIC, fileOfSchema, jsonSchema } from './reference/json-schemas.js';
import { accessEvents, contentEvents, deadEvents, decisionEvents, inboundEvents } from './testing/index.js';

const files = reference();
const types = Object.values(TYPES_BY_TOPIC).flat();
const arbitraries: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  ...inboundEvents,
  ...decisionEvents,
  ...contentEvents,
  ...accessEvents,
  ...deadEvents,
};

describe.each(types)('the JSON Schema of $name', (type) => {
  const accepts = new Ajv2020({ strict: false }).compile(jsonSchema(type));

  it('accepts every valid event', () => {
    fc.assert(
      fc.property(arbitraries[type.name]!, (event) => {
        expect({ accepted: accepts(event), errors: accepts.errors }).toEqual({ accepted: true, errors: null });
      }),
      { numRuns: 20 },
    );
  });

  it('accepts fields that are not known yet', () => {
    const [event] = fc.sample(arbitraries[type.name]!, 1);
    expect(accepts({ ...(event as object), traceparent: '00-af' })).toBe(true);
  });

  it('refuses an event of another type, and one without data', () => {
    const [event] = fc.sample(arbitraries[type.name]!, 1);
    expect(accepts({ ...(event as object), type: 'offramp.other.thing.v1' })).toBe(false);
    expect(accepts({ ...(event as object), data: undefined })).toBe(false);
  });
});

describe('the AsyncAPI document', () => {
  const document = JSON.parse(files['asyncapi.json']!) as {
    readonly channels: Record<string, { readonly address: string; readonly messages: object }>;
    readonly components: {
      readonly messages: Record<string, { readonly payload: { readonly schema: { $ref: string } } }>;
    };
  };

  it("is valid by AsyncAPI's own schema", () => {
    const require = createRequire(import.meta.url);
    const official = require('@asyncapi/specs/schemas/3.0.0.json') as object;
    // It brings its own copy of draft 07, so ajv must not bring another one.
    const ajv = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
    const accepts = ajv.compile(official);
    accepts(document);
    expect(accepts.errors).toEqual(null);
  });

  it('names every type, and a schema that is generated for it', () => {
    const { messages } = document.components;
    expect(Object.keys(messages)).toEqual(types.map(({ name }) => name));
    const references = Object.values(messages).map(({ payload }) => payload.schema.$ref);
    expect(references.filter((path) => files[path.replace('./', '')] === undefined)).toEqual([]);
  });

  it('gives each topic its types', () => {
    const counts = Object.entries(document.channels).map(([name, { address, messages }]) => [
      name,
      address,
      Object.keys(messages).length,
    ]);
    expect(counts).toEqual([
      ['inbound', '{prefix}inbound.v1', 9],
      ['decisions', '{prefix}decisions.v1', 19],
      ['content', '{prefix}content.v1', 2],
      ['dead', '{prefix}dead.v1', 1],
      ['shadow', '{prefix}shadow.v1', 19],
      ['access', '{prefix}access.v1', 2],
    ]);
  });
});

it('leaves no schema behind of a type that is gone', () => {
  const folder = new URL('../../../docs/reference/schemas/', import.meta.url);
  const written = readdirSync(folder).map((file) => `schemas/${file}`);
  expect(written.sort()).toEqual(types.map(({ type }) => fileOfSchema(type)).sort());
});
