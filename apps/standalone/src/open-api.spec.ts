import { Validator } from '@seriousme/openapi-schema-validator';
import { openApiDocument } from './reference.js';

type Document = Awaited<ReturnType<typeof openApiDocument>>;
let document: Document;
beforeAll(async () => {
  document = await openApiDocument();
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, { operationId: string; tags: string[]; parameters?: Parameter[] }>).map(
      ([method, operation]) => ({ ...operation, path, call: `${method.toUpperCase()} ${path}` }),
    ),
  );
interface Parameter {
  readonly name: string;
  readonly in: string;
}

it('is OpenAPI 3.1 by its own schema', async () => {
  const validator = new Validator();
  expect(await validator.validate(structuredClone(document) as never)).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

it('has every call of the contract that there is, under a name of its own', () => {
  expect(
    operations()
      .map(({ call }) => call)
      .sort(),
  ).toEqual([
    ...['DELETE /v1/threads/{threadId}/content'],
    ...['GET /healthz', 'GET /metrics', 'GET /readyz'],
    ...['GET /v1/branches', 'GET /v1/branches/{threadId}/{branchId}/explain', 'GET /v1/decisions'],
    ...['GET /v1/endings', 'GET /v1/endings/by-category', 'GET /v1/feedback'],
    ...[
      'GET /v1/policies',
      'GET /v1/policies/{id}',
      'GET /v1/stats',
      'GET /v1/stream',
      'GET /v1/threads',
      'GET /v1/threads/{threadId}',
    ],
    ...['branches', 'messages', 'timeline'].map((part) => `GET /v1/threads/{threadId}/${part}`),
    ...['POST /admin/v1/endings', 'POST /v1/decisions/{decisionId}/review', 'POST /v1/messages', 'POST /v1/policies'],
    ...['POST /v1/policies/check', 'POST /v1/policies/{id}/activate'],
    ...['feedback', 'risk'].map((part) => `POST /v1/threads/{threadId}/${part}`),
  ]);
  const ids = operations().map(({ operationId }) => operationId);
  expect(ids).toEqual([...new Set(ids)]);
});

it('describes every part of a path, and puts each call into a chapter', () => {
  for (const { call, path, parameters = [], tags } of operations()) {
    const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const found = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
    expect([call, found.sort(), tags.length]).toEqual([call, wanted.sort(), 1]);
  }
});
