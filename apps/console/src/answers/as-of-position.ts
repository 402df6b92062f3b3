import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import type { EventLog } from '@offramp/log';
import { EVENT_LOG, Problem } from '@offramp/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { type ConsoleReadModels, READ_MODELS } from '../tokens.js';
import { invalidQuery } from './parse-query.js';
import { formatPositions, parsePositions } from './positions-list.js';

export const POSITION_HEADER = 'Offramp-Position';
const WAIT_MS_MAX = 5_000;
/** Callers that may wait at a time; one more is told at once to come back. */
const WAITERS_MAX = 1_024;
const RETRY_AFTER_S = 1;

/**
 * Says with every answer how far the read models were, and waits for `after` where the caller has something in mind that must
 * be in it. The position is read before the rows: they may be newer than it says, and never older.
 */
@Injectable()
export class AsOfPosition implements NestInterceptor {
  private waiting = 0;

  constructor(
    @Inject(READ_MODELS) private readonly readModels: ConsoleReadModels,
    @Inject(EVENT_LOG) private readonly log: EventLog,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const { query } = http.getRequest<FastifyRequest<{ Querystring: Readonly<Record<string, unknown>> }>>();
    const reply = http.getResponse<FastifyReply>();
    if (query['after'] !== undefined) await this.waitFor(query['after'], reply);
    const current = await this.readModels.positions.current();
    reply.header(POSITION_HEADER, formatPositions(current, this.log.partitions));
    return next.handle();
  }

  private async waitFor(after: unknown, reply: FastifyReply): Promise<void> {
    const offsets = typeof after === 'string' ? parsePositions(after, this.log.partitions) : 'It is given once';
    if (typeof offsets === 'string') throw invalidQuery([{ parameter: 'after', detail: offsets }]);
    const isReached = await this.reached(offsets, reply);
    if (!isReached) throw new Problem('projection-behind', { retryAfter: RETRY_AFTER_S });
  }

  private async reached(offsets: ReadonlyMap<number, number>, reply: FastifyReply): Promise<boolean> {
    if (this.waiting >= WAITERS_MAX) return false;
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    reply.raw.once('close', leave);
    this.waiting++;
    try {
      const options = { timeoutMs: WAIT_MS_MAX, signal: gone.signal };
      const { positions } = this.readModels;
      const all = [...offsets].map(([partition, offset]) => positions.reached(partition, offset, options));
      return (await Promise.all(all)).every((isReached) => isReached);
    } finally {
      this.waiting--;
      reply.raw.off('close', leave);
    }
  }
}
