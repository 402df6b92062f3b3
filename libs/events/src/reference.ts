import { asyncApi } from './reference/async-api.js';
import { TYPES_BY_TOPIC, fileOfSchema, jsonSchema } from './reference/json-schemas.js';

/** The version of the contract, as the reference names it. */
const VERSION = '0.1.0';

/** What this library has to say in `docs/reference/`, by path; `npm run generate` writes it. */
export function reference(): Readonly<Record<string, string>> {
  const types = Object.values(TYPES_BY_TOPIC).flat();
  const schemas = types.map((type) => [fileOfSchema(type.type), json(jsonSchema(type))] as const);
  return { ...Object.fromEntries(schemas), 'asyncapi.json': json(asyncApi(VERSION)) };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
