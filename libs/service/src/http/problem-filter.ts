import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { KnownPaths } from './known-paths.js';
import { PROBLEM_MEDIA_TYPE, Problem } from './problem.js';
import { problemOf } from './problem-of.js';

/** Every error of the HTTP interface ends here, also those of Fastify and of the router, and becomes a problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly paths: KnownPaths,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const problem = this.withAllowedMethods(problemOf(error), request);
    if (problem.status >= 500) this.log(problem, request);
    if (reply.sent || reply.raw.headersSent) {
      // An answer that has begun cannot be taken back; cutting it off tells the caller that it is not whole.
      reply.raw.destroy();
      return;
    }
    // As bytes: to a string Fastify would add a charset, which this media type does not have.
    const body = Buffer.from(JSON.stringify(problem.document));
    void reply.status(problem.status).headers(problem.headers).header('content-type', PROBLEM_MEDIA_TYPE).send(body);
  }

  /** The router says 404 for any method that a path does not have; RFC 9110 asks for 405 and the ones it has. */
  private withAllowedMethods(problem: Problem, request: FastifyRequest): Problem {
    if (problem.problem !== 'not-found' || !request.is404) return problem;
    const methods = this.paths.methodsOf(request.url);
    return methods.length === 0
      ? problem
      : new Problem('method-not-allowed', { headers: { allow: methods.join(', ') } });
  }

  private log(problem: Problem, request: FastifyRequest): void {
    const fields = { problem: problem.problem, method: request.method, route: request.routeOptions.url };
    const { cause } = problem;
    if (problem.problem === 'internal') this.logger.error({ ...fields, err: cause }, 'a request failed');
    else
      this.logger.warn(
        { ...fields, cause: cause instanceof Error ? cause.message : undefined },
        'a request was refused',
      );
  }
}
