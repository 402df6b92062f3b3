import type { INestApplication } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiExcludeController,
  ApiHeader,
  ApiOperation,
  ApiQuery,
  ApiResponse,
  ApiSecurity,
  DocumentBuilder,
  type OpenAPIObject,
  SwaggerModule,
} from '@nestjs/swagger';
import { z } from 'zod';
import { type Answer, type Described, type OperationOptions, takeDescribed } from './operation.js';
import { PROBLEM_MEDIA_TYPE } from './problem.js';
import { PROBLEMS, type ProblemName } from './problem-table.js';

const KEY_SCHEME = 'key';
const KEYS_EXPLAINED =
  'A key of one tenant, `ofr_…`, with the scope that the call names. On a loopback address calls without a key are of the ' +
  'tenant `default`.';

export interface OpenApiInfo {
  readonly title: string;
  readonly description: string;
  readonly version: string;
}

/** Of an app and of all that its controllers say of themselves. */
export function createOpenApiDocument(
  app: INestApplication,
  { title, description, version }: OpenApiInfo,
): OpenAPIObject {
  for (const each of takeDescribed()) describe(each);
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

function describe(described: Described): void {
  switch (described.kind) {
    case 'undocumented':
      ApiExcludeController()(described.controller);
      break;
    case 'scope':
      described.apply(ApiSecurity(KEY_SCHEME, [described.scope]) as MethodDecorator);
      break;
    case 'operation':
      for (const decorator of decoratorsOf(described.options)) described.apply(decorator);
  }
}

function decoratorsOf(options: OperationOptions): MethodDecorator[] {
  const { id, summary, description, tag, headers = {}, consumes = [], body } = options;
  const decorators: MethodDecorator[] = [
    ApiOperation({ summary, tags: [tag], ...(id && { operationId: id }), ...(description && { description }) }),
    ...Object.entries(options.answers ?? {}).map(([status, answer]) =>
      answerDecorator(Number(status), answer, options.answerHeaders),
    ),
    ...problemDecorators(options.problems ?? []),
    ...Object.entries(headers).map(([name, text]) => ApiHeader({ name, required: false, description: text })),
    ...queryDecorators(options.query),
  ];
  if (consumes.length > 0) decorators.push(ApiConsumes(...consumes));
  if (body !== undefined) decorators.push(ApiBody({ required: true, schema: openApiSchema(body) }));
  return decorators;
}

function answerDecorator(status: number, answer: Answer, said: Readonly<Record<string, string>> = {}): MethodDecorator {
  const named = Object.entries(said).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' as const } },
  ]);
  const headers = named.length === 0 ? {} : { headers: Object.fromEntries(named) };
  if (answer instanceof z.ZodType) return ApiResponse({ status, standardSchema: answer, ...headers });
  const content = Object.entries(answer.content).map(([type, schema]) => [
    type,
    { schema: openApiSchema(schema, 'output') },
  ]);
  return ApiResponse({ status, description: answer.description, content: Object.fromEntries(content), ...headers });
}

/** One answer for each status; several problems may share it. */
function problemDecorators(names: readonly ProblemName[]): MethodDecorator[] {
  const statuses = [...new Set(names.map((name) => PROBLEMS[name].status))];
  return statuses.map((status) => {
    const same = names.filter((name) => PROBLEMS[name].status === status);
    return ApiResponse({
      status,
      description: same.map((name) => `${name}: ${PROBLEMS[name].title}`).join('; '),
      content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
    });
  });
}

function queryDecorators(query: z.ZodObject | undefined): MethodDecorator[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const { description, ...rest } = openApiSchema(schema as z.ZodType) as Record<string, unknown>;
    const isRequired = !(schema as z.ZodType).safeParse(undefined).success;
    return ApiQuery({
      name,
      required: isRequired,
      schema: rest,
      ...(description ? { description: String(description) } : {}),
    });
  });
}

function convertSchema(schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }) {
  return schema instanceof z.ZodType ? { schema: openApiSchema(schema, schemaType) } : undefined;
}

/** A schema as it stands in the document; for bodies of several media types, where no parameter carries the schema. */
function openApiSchema(schema: z.ZodType, io: 'input' | 'output' = 'input'): Record<string, never> {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
  });
  return json as unknown as Record<string, never>;
}

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
