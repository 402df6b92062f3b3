import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { TenantId } from '@offramp/events';
import { Access, Operation, Problem, Tenant, isStillAdmitted } from '@offramp/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DecisionStreams } from './decision-streams.js';

const EVENTS_TYPE = 'text/event-stream';

@Access('read')
@Controller('v1')
export class StreamController {
  constructor(@Inject(DecisionStreams) private readonly streams: DecisionStreams) {}

  @Get('stream')
  @Operation({
    summary: 'Decisions as they are made, as server-sent events',
    description:
      'Each event is one decision as on decisions.v1, in the order of its thread. Its `id` says how far all partitions were ' +
      'sent: with it as `Last-Event-ID` nothing is lost and nothing comes twice. Who reads too slowly is cut off, and goes on ' +
      'from the last id. It ends when the key is revoked. Comments keep the connection alive.',
    tag: 'decisions',
    headers: { 'Last-Event-ID': 'The `id` of the last event that arrived; without it: from now on' },
    answers: {
      200: { description: 'Events without an end', content: { [EVENTS_TYPE]: z.string() } },
    },
    problems: ['malformed-request', 'too-many-waiting', 'unavailable'],
  })
  async stream(
    @Tenant() tenant: TenantId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { readable } = await this.streams.open({
      tenant,
      lastEventId: lastEventIdOf(request),
      isAdmitted: () => isStillAdmitted(request),
    });
    reply.header('content-type', EVENTS_TYPE).header('cache-control', 'no-store').header('x-accel-buffering', 'no');
    // When it ends the process ends: a connection that is kept for another request would keep the process waiting.
    reply.header('connection', 'close');
    return readable;
  }
}

function lastEventIdOf({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id'];
  if (id === undefined || typeof id === 'string') return id;
  throw new Problem('malformed-request', { detail: 'Last-Event-ID is given once' });
}
