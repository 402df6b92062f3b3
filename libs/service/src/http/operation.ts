import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { openApiSchema } from './open-api.js';
import { PROBLEM_MEDIA_TYPE } from './problem.js';
import { PROBLEMS, type ProblemName } from './problem-table.js';

/** What the OpenAPI document says of a call beside what its parameters say by their schemas. */
export interface OperationOptions {
  /** Default: the name of the method. */
  readonly id?: string;
  readonly summary: string;
  readonly description?: string;
  /** The chapter of the page that it stands in. */
  readonly tag: string;
  /** What it answers, by status, where it is JSON. */
  readonly answers?: Readonly<Record<number, Answer>>;
  readonly problems?: readonly ProblemName[];
  /** Headers of the request, with what they are for; none is required. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that come with each of `answers`, and what they say. */
  readonly answerHeaders?: Readonly<Record<string, string>>;
  /** Only where the handler reads the query by itself. */
  readonly query?: z.ZodObject;
  /** Only where the handler reads the body by itself. */
  readonly body?: z.ZodType;
  /** Media types of the body, where there is another one than JSON. */
  readonly consumes?: readonly string[];
}

type Answer = z.ZodType | { readonly description: string; readonly content: Readonly<Record<string, z.ZodType>> };

/** Describes a call for OpenAPI, in one piece. */
export function Operation(options: OperationOptions): MethodDecorator {
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
  return (target, name, descriptor) => {
    for (const decorate of decorators) decorate(target, name, descriptor);
  };
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
