import { Body, Controller, Get, Module, Param, Post, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { threadIdSchema } from '@offramp/events';
import { LogError, LogFull, type TemporaryLog, openTemporaryLog } from '@offramp/log';
import 'reflect-metadata';
import { z } from 'zod';
import { parseConfig } from '../config/config.js';
import { createLogger } from '../logging.js';
import { Readiness } from '../readiness.js';
import { ServiceModule } from '../service.module.js';
import { createHttpApp } from './http-app.js';
import { Access } from '../access/access.js';
import { Operation } from './operation.js';
import { Problem } from './problem.js';

const bodySchema = z.object({ name: z.string().max(5), 'a/b~c': z.array(z.number()).optional() });
const querySchema = z.object({ limit: z.coerce.number().int().max(10).optional() });

let toThrow: unknown;
let lines: string[] = [];

@Access('public')
@Controller('v1')
class Things {
  @Post('things')
  @Operation({
    summary: 'Makes a thing',
    tag: 'things',
    answers: { 201: z.object({ made: z.string() }) },
    answerHeaders: { 'X-Thing': 'What it weighs' },
    problems: ['invalid', 'invalid-policy', 'too-large'],
  })
  make(@Body({ schema: bodySchema }) body: z.infer<typeof bodySchema>): unknown {
    return { made: body.name };
  }

  @Get('things/:id')
  look(
    @Param('id', { schema: threadIdSchema }) id: string,
    @Query({ schema: querySchema }) query: z.infer<typeof querySchema>,
  ): unknown {
    return { id, ...query };
  }

  @Get('failure')
  fail(): never {
    throw toThrow;
  }
}

let temporary: TemporaryLog;
let app: NestFastifyApplication;

beforeAll(async () => {
  temporary = await openTemporaryLog();
  const logger = createLogger('debug', { write: (line) => void lines.push(line) });
  const { config } = parseConfig({});
  class TestModule {}
  Module({ imports: [ServiceModule.forRoot({ config, log: temporary.log, logger })], controllers: [Things] })(
    TestModule,
  );
  app = await createHttpApp(TestModule, { logger, info: { title: 'Offramp', description: 'Test', version: '1.2.3' } });
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
});

afterAll(async () => {
  await app.close();
  await temporary.destroy();
});

beforeEach(() => {
  lines = [];
});

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly payload?: string | Buffer | undefined;
  readonly type?: string;
  readonly encoding?: string;
}

async function ask({ method, url, payload, type = 'application/json', encoding }: Call) {
  const headers = {
    ...(payload !== undefined && { 'content-type': type }),
    ...(encoding !== undefined && { 'content-encoding': encoding }),
  };
  const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: JSON.parse(answer.body) as Record<string, unknown>,
  };
}

const post = (payload: string | Buffer, type?: string): Call => ({
  method: 'POST',
  url: '/v1/things',
  payload,
  ...(type && { type }),
});
const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

describe('a request that is wrong', () => {
  it.each<[string, Call, number, string]>([
    ['no JSON', post('{"name"'), 400, 'malformed-json'],
    ['no UTF-8', post(Buffer.from('{"name":"\xff"}', 'latin1')), 400, 'malformed-json'],
    ['nothing at all', post(''), 400, 'malformed-json'],
    ['half a surrogate is JSON, and a name that is too long', post('"\\ud800"'), 422, 'invalid'],
    ['deep nesting where a text belongs', post(`{"name":${deep}}`), 422, 'invalid'],
    ['deep nesting that never ends', post('['.repeat(100_000)), 400, 'malformed-json'],
    ['a body over 1 MiB', post(`"${'x'.repeat(2 ** 20)}"`), 413, 'too-large'],
    ['another media type', post('name=x', 'application/x-www-form-urlencoded'), 415, 'unsupported-media-type'],
    ['plain text', post('x', 'text/plain'), 415, 'unsupported-media-type'],
    ['a compressed body', { ...post('{"name":"x"}'), encoding: 'gzip' }, 415, 'unsupported-media-type'],
    ['lines where one value is wanted', post('{"name":"x"}\n', 'application/x-ndjson'), 415, 'unsupported-media-type'],
    ['an unknown path', { method: 'GET', url: '/v2/things' }, 404, 'not-found'],
    ['another method', { method: 'PUT', url: '/v1/things/1?x=1' }, 405, 'method-not-allowed'],
    ['a path that cannot be decoded', { method: 'GET', url: '/v1/things/%zz' }, 400, 'malformed-request'],
    ['an id with a control character', { method: 'GET', url: '/v1/things/a%00b' }, 422, 'invalid'],
    ['an id that is too long', { method: 'GET', url: `/v1/things/${'x'.repeat(129)}` }, 422, 'invalid'],
    [
      'a parameter that is far too long',
      { method: 'GET', url: `/v1/things/${'x'.repeat(4000)}` },
      400,
      'malformed-request',
    ],
    ['a query that is no number', { method: 'GET', url: '/v1/things/1?limit=x' }, 422, 'invalid'],
  ])('is answered with a problem document: %s', async (_name, call, status, problem) => {
    const answer = await ask(call);
    expect({ status: answer.status, type: answer.headers['content-type'], body: answer.body }).toMatchObject({
      status,
      type: 'application/problem+json',
      body: { status, type: `urn:offramp:problem:${problem}`, title: expect.any(String) },
    });
  });

  it('points to each part of the body that is wrong', async () => {
    const { body } = await ask(post('{"a/b~c":[1,"x"]}'));
    expect(body['errors']).toEqual([
      { pointer: '/name', detail: expect.stringContaining('expected string') },
      { pointer: '/a~1b~0c/1', detail: expect.stringContaining('expected number') },
    ]);
  });

  it('names the parameter that is wrong', async () => {
    const ofQuery = await ask({ method: 'GET', url: '/v1/things/1?limit=11' });
    const ofPath = await ask({ method: 'GET', url: '/v1/things/a%0Ab' });
    expect([ofQuery, ofPath].map(({ body }) => body['errors'])).toMatchObject([
      [{ parameter: 'limit', pointer: '/limit' }],
      [{ parameter: 'id', detail: expect.stringContaining('control characters') }],
    ]);
  });

  it('is told the methods that the path has', async () => {
    expect((await ask({ method: 'PUT', url: '/v1/things' })).headers['allow']).toBe('POST');
    expect((await ask({ method: 'POST', url: '/v1/things/1' })).headers['allow']).toBe('GET, HEAD');
  });
});

describe('a request that is right', () => {
  it('keeps encoded slashes in ids, and ignores unknown fields', async () => {
    const look = await ask({ method: 'GET', url: `/v1/things/${encodeURIComponent('a/b ü🙂')}?limit=3&other=1` });
    expect(look.body).toEqual({ id: 'a/b ü🙂', limit: 3 });
    const made = await ask(post('{"name":"x","other":{"a":1},"__proto__":{"x":1},"constructor":{"prototype":1}}'));
    expect(made).toMatchObject({ status: 201, body: { made: 'x' } });
  });

  it('takes an id of the greatest length, percent-encoded', async () => {
    const id = '🙂'.repeat(128);
    expect((await ask({ method: 'GET', url: `/v1/things/${encodeURIComponent(id)}` })).body).toEqual({ id });
  });

  it('is logged by its route, without ids', async () => {
    await ask({ method: 'GET', url: '/v1/things/secret-id' });
    expect(JSON.parse(lines[0]!)).toMatchObject({
      msg: 'request',
      method: 'GET',
      route: '/v1/things/:id',
      status: 200,
    });
    expect(lines.join('')).not.toContain('secret-id');
  });
});

describe('a failure', () => {
  const fail: Call = { method: 'GET', url: '/v1/failure' };

  it.each([
    { name: 'a full disk', error: new LogFull('no room'), status: 503, problem: 'storage-full', retryAfter: '10' },
    {
      name: 'a log that may come back',
      error: new LogError('away', true),
      status: 503,
      problem: 'unavailable',
      retryAfter: '1',
    },
    {
      name: 'another failure that may pass',
      error: Object.assign(new Error('secret detail'), { retriable: true }),
      status: 503,
      problem: 'unavailable',
      retryAfter: '1',
    },
    { name: 'a log that is broken', error: new LogError('broken', false), status: 500, problem: 'internal' },
    { name: 'a bug', error: new TypeError('secret detail'), status: 500, problem: 'internal' },
    { name: 'something that is no error', error: 'secret detail', status: 500, problem: 'internal' },
    {
      name: 'a problem with a header',
      error: new Problem('decision-not-found', { retryAfter: 1 }),
      status: 404,
      problem: 'decision-not-found',
      retryAfter: '1',
    },
  ])('becomes a problem that tells nothing of the inside: $name', async ({ error, status, problem, retryAfter }) => {
    toThrow = error;
    const answer = await ask(fail);
    expect(answer).toMatchObject({ status, body: { type: `urn:offramp:problem:${problem}` } });
    expect(answer.headers['retry-after']).toBe(retryAfter);
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it('is logged without what somebody wrote', async () => {
    toThrow = (() => {
      try {
        return JSON.parse('I feel so bad today');
      } catch (error) {
        return error as Error;
      }
    })();
    await ask(fail);
    expect(lines.join('')).toContain('"a request failed"');
    expect(lines.join('')).not.toContain('feel');
  });
});

describe('health', () => {
  it('is ready while no part has a cause why not', async () => {
    expect(await ask({ method: 'GET', url: '/healthz' })).toMatchObject({ status: 200, body: { status: 'alive' } });
    expect(await ask({ method: 'GET', url: '/readyz' })).toMatchObject({
      status: 200,
      body: { status: 'ready', causes: [], degraded: [] },
    });
    const readiness = app.get(Readiness);
    readiness.report('log', 'the disk is full');
    const causes = [{ part: 'log', cause: 'the disk is full' }];
    expect(await ask({ method: 'GET', url: '/readyz' })).toMatchObject({
      status: 503,
      body: { status: 'not-ready', causes },
    });
    readiness.report('log', undefined);
    expect((await ask({ method: 'GET', url: '/readyz' })).status).toBe(200);
  });

  it('is ready though somebody has to see to something, and says what', async () => {
    const readiness = app.get(Readiness);
    let cause: string | undefined = 'the tables are old';
    readiness.mention('read-models', async () => cause);
    const degraded = [{ part: 'read-models', cause: 'the tables are old' }];
    expect(await ask({ method: 'GET', url: '/readyz' })).toMatchObject({
      status: 200,
      body: { status: 'ready', causes: [], degraded },
    });
    cause = undefined;
    expect(await ask({ method: 'GET', url: '/readyz' })).toMatchObject({ body: { degraded: [] } });
  });

  it('has metrics for Prometheus', async () => {
    const answer = await app.inject('/metrics');
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0.0.4/);
    expect(answer.body).toContain('process_resident_memory_bytes');
  });
});

describe('the documentation', () => {
  it('is OpenAPI 3.1, from the schemas that check the requests', async () => {
    const { body } = await ask({ method: 'GET', url: '/openapi.json' });
    const make = (body['paths'] as Record<string, Record<string, unknown>>)['/v1/things']!['post'];
    expect(body).toMatchObject({ openapi: '3.1.0', info: { title: 'Offramp', version: '1.2.3' } });
    expect(make).toMatchObject({
      operationId: 'make',
      requestBody: {
        content: { 'application/json': { schema: { properties: { name: { type: 'string', maxLength: 5 } } } } },
      },
      responses: {
        201: {
          headers: { 'X-Thing': { description: 'What it weighs', schema: { type: 'string' } } },
          content: { 'application/json': { schema: { properties: { made: { type: 'string' } } } } },
        },
        413: { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
        422: { description: 'invalid: The request is not valid; invalid-policy: The policy document is not valid' },
      },
    });
  });

  it('has a page that loads nothing from elsewhere', async () => {
    const page = await app.inject('/docs');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).not.toMatch(/https?:|src=/);
  });
});
