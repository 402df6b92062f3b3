import { type INestApplication, Injectable } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { KEY_SCHEME } from '../access/access.js';
import { PROBLEMS } from './problem-table.js';

export interface OpenApiInfo {
  readonly title: string;
  readonly description: string;
  readonly version: string;
}

/** The OpenAPI 3.1 document of an app, made when it is first asked for, from the same schemas that check the requests. */
@Injectable()
export class OpenApi {
  private make: (() => OpenAPIObject) | undefined;
  private made: OpenAPIObject | undefined;

  describe(app: INestApplication, info: OpenApiInfo): void {
    this.make = () => createOpenApiDocument(app, info);
  }

  get document(): OpenAPIObject {
    if (this.make === undefined) throw new Error('The app was not described; see createHttpApp');
    return (this.made ??= this.make());
  }
}

function createOpenApiDocument(app: INestApplication, { title, description, version }: OpenApiInfo): OpenAPIObject {
  const config = new DocumentBuilder().setOpenAPIVersion('3.1.0').setTitle(title).setDescription(description);
  config.addBearerAuth({ type: 'http', scheme: 'bearer', description: KEYS_EXPLAINED }, KEY_SCHEME);
  const document = SwaggerModule.createDocument(app, config.setVersion(version).build(), {
    operationIdFactory: (_controller, method) => method,
    standardSchemaConverter: convertSchema,
  });
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: PROBLEM_SCHEMA },
  };
  return document;
}

function convertSchema(schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }) {
  return schema instanceof z.ZodType ? { schema: openApiSchema(schema, schemaType) } : undefined;
}

/** A schema as it stands in the document; for bodies of several media types, where no parameter carries the schema. */
export function openApiSchema(schema: z.ZodType, io: 'input' | 'output' = 'input'): Record<string, never> {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
  });
  return json as unknown as Record<string, never>;
}

const KEYS_EXPLAINED =
  'A key of one tenant, `ofr_…`, with the scope that the call names. On a loopback address calls without a key are of the ' +
  'tenant `default`.';

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457, problem details',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string', enum: Object.keys(PROBLEMS).map((name) => `urn:offramp:problem:${name}`) },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['detail'],
        properties: { pointer: { type: 'string' }, parameter: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
};
