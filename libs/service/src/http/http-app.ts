import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { NestLogs } from '../logging.js';
import { LOGGER } from '../tokens.js';
import { LogTransport } from '../transport/log-transport.js';
import { KnownPaths } from './known-paths.js';
import { OpenApi } from './open-api.js';
import type { OpenApiInfo } from './open-api-document.js';
import { Problem } from './problem.js';
import { ProblemFilter } from './problem-filter.js';
import { refuseUnreadable } from './unreadable.js';
import { ValidationPipe } from './validation.js';

/** Of a body that is one JSON value. Lines are counted by who reads them. */
export const JSON_BYTES_MAX = 2 ** 20;
export const LINES_MEDIA_TYPE = 'application/x-ndjson';
/** An id of 128 code points, percent-encoded: 4 bytes of UTF-8 each, 3 characters a byte. */
const PARAMETER_LENGTH_MAX = 128 * 4 * 3;
/** How long a request may take to arrive. */
const REQUEST_TIMEOUT_MS = 5 * 60_000;

export interface HttpAppOptions {
  readonly logger: Logger;
  readonly info: OpenApiInfo;
}

/**
 * A Nest app on Fastify in which everything is as CONTRACT §3 says: problem documents for every error, zod for every schema,
 * lines of JSON as a stream, the batch transport. Start it with `startAllMicroservices()` and `listen()`; `close()` waits
 * for requests and batches in progress. `module` must import `ServiceModule`.
 */
export async function createHttpApp(
  module: DynamicModule | Type,
  { logger, info }: HttpAppOptions,
): Promise<NestFastifyApplication> {
  const paths = new KnownPaths();
  const problems = new ProblemFilter(logger, paths);
  const adapter = createAdapter(problems);
  paths.watch(adapter.getInstance() as never);
  const options = { bodyParser: false, abortOnError: false, logger: new NestLogs(logger) };
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, options);
  takeBodies(adapter);
  logRequests(adapter, app.get<Logger>(LOGGER));
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalFilters(problems);
  app.connectMicroservice({ strategy: app.get(LogTransport) }, { inheritAppConfig: false });
  app.get(OpenApi).describe(app, info);
  return app;
}

function createAdapter(problems: ProblemFilter): FastifyAdapter {
  return new FastifyAdapter({
    logger: false,
    bodyLimit: JSON_BYTES_MAX,
    // A request that comes while the process ends is still answered: nothing it needs is gone yet.
    return503OnClosing: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      problems.answer(error, request, reply),
    clientErrorHandler: (error, socket) => refuseUnreadable(error, socket as Socket),
  });
}

/** JSON that is UTF-8 is parsed by Fastify; lines are handed over as they arrive; anything else is 415. */
function takeBodies(adapter: FastifyAdapter): void {
  const instance = adapter.getInstance();
  // Unknown fields are never an error; these two names must only never become prototypes.
  const parseJson = instance.getDefaultJsonParser('remove', 'ignore');
  instance.removeContentTypeParser(['text/plain', 'application/json']);
  instance.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const refusal = encodingRefusal(request.headers);
    if (refusal !== null) done(refusal);
    // Many clients say so of every call. Where a body is wanted, the parser tells that there is none.
    else if (body.length === 0 && request.method === 'DELETE') done(null, undefined);
    // Decoded anyway, other bytes would silently become other ids.
    else if (!isUtf8(body)) done(new Problem('malformed-json', { detail: 'The body is not UTF-8' }));
    else void parseJson(request, body.toString('utf8'), done);
  });
  instance.addContentTypeParser(LINES_MEDIA_TYPE, ({ headers }, payload, done) =>
    done(encodingRefusal(headers), payload),
  );
}

/** A compressed body is small on the wire and of any size in memory, so none is taken; RFC 9110, 15.5.16. */
function encodingRefusal({ 'content-encoding': encoding }: IncomingHttpHeaders): Problem | null {
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return null;
  const detail = 'Content-Encoding is not supported; send the body as it is';
  return new Problem('unsupported-media-type', { detail, headers: { 'accept-encoding': 'identity' } });
}

/** The route's pattern and never the URL; no header, no body. */
function logRequests(adapter: FastifyAdapter, logger: Logger): void {
  if (!logger.isLevelEnabled('debug')) return;
  adapter.getInstance().addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    const durationMs = Math.round(reply.elapsedTime);
    logger.debug({ method, route: routeOptions.url, status: reply.statusCode, durationMs }, 'request');
    done();
  });
}
