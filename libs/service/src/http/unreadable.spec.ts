import { type AddressInfo, connect } from 'node:net';
import { Controller, HttpCode, Module, Post, Req } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type TemporaryLog, openTemporaryLog } from '@offramp/log';
import type { FastifyRequest } from 'fastify';
import 'reflect-metadata';
import { Access } from '../access/access.js';
import { parseConfig } from '../config/config.js';
import { createLogger } from '../logging.js';
import { ServiceModule } from '../service.module.js';
import { createHttpApp } from './http-app.js';

@Access('public')
@Controller('v1')
class Echo {
  @Post('lines')
  @HttpCode(200)
  lines(@Req() { body }: FastifyRequest): unknown {
    return body;
  }
}

let temporary: TemporaryLog;
let app: NestFastifyApplication;

beforeAll(async () => {
  temporary = await openTemporaryLog();
  const logger = createLogger('silent');
  const { config } = parseConfig({});
  class TestModule {}
  Module({ imports: [ServiceModule.forRoot({ config, log: temporary.log, logger })], controllers: [Echo] })(TestModule);
  app = await createHttpApp(TestModule, { logger, info: { title: 'Test', description: '', version: '0' } });
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
});

afterAll(async () => {
  await app.close();
  await temporary.destroy();
});

/** All that the server sends until it closes the connection. `more` goes out when the answer has begun. */
async function exchange(bytes: string, more?: string): Promise<string> {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write(bytes);
  let text = '';
  for await (const data of socket) {
    if (text === '' && more !== undefined) socket.write(more);
    text += String(data);
  }
  return text;
}

it.each([
  ['is no HTTP at all', 'HELLO\r\n\r\n', '400 Bad Request', 'malformed-request'],
  [
    'has too many headers',
    `GET /healthz HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`,
    '431 Request Header Fields Too Large',
    'headers-too-large',
  ],
])('a request that %s is answered with a problem document', async (_name, bytes, status, problem) => {
  const text = await exchange(bytes);
  const [head, body] = text.split('\r\n\r\n') as [string, string];
  expect(head.split('\r\n')).toEqual(
    expect.arrayContaining([`HTTP/1.1 ${status}`, 'Content-Type: application/problem+json', 'Connection: close']),
  );
  expect(JSON.parse(body)).toMatchObject({
    type: `urn:offramp:problem:${problem}`,
    status: Number(status.slice(0, 3)),
  });
});

it('an answer that has begun is cut off, and nothing is written into it', async () => {
  const head = 'POST /v1/lines HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n';
  const text = await exchange(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\nx\n\r\n`, 'no chunk\r\n');
  expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  expect(text.slice(text.indexOf('\r\n\r\n'))).toBe('\r\n\r\n2\r\nx\n\r\n');
});
