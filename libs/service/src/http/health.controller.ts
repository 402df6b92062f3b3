import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { Access } from '../access/access.js';
import { Operation } from './operation.js';
import { Readiness } from '../readiness.js';

const causesSchema = z.array(z.object({ part: z.string(), cause: z.string() }));
const READY = 200;
const NOT_READY = 503;

@Access('public')
@Controller()
export class HealthController {
  constructor(
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(Registry) private readonly registry: Registry,
  ) {}

  @Get('healthz')
  @Operation({
    summary: 'Whether the process is alive',
    tag: 'operations',
    answers: { [READY]: z.object({ status: z.literal('alive') }) },
  })
  alive(): { status: 'alive' } {
    return { status: 'alive' };
  }

  /**
   * Every cause is told, so that an operator need not look for the second one after the first. `degraded` is what somebody has
   * to see to although this process does its work.
   */
  @Get('readyz')
  @Operation({
    summary: 'Whether the process can do its work, and if not, why',
    tag: 'operations',
    answers: {
      [READY]: z.object({ status: z.literal('ready'), causes: causesSchema, degraded: causesSchema }),
      [NOT_READY]: z.object({ status: z.literal('not-ready'), causes: causesSchema, degraded: causesSchema }),
    },
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const [causes, degraded] = await Promise.all([this.readiness.look(), this.readiness.degraded()]);
    reply.status(causes.length === 0 ? READY : NOT_READY);
    return { status: causes.length === 0 ? 'ready' : 'not-ready', causes, degraded };
  }

  @Get('metrics')
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  @Operation({ summary: 'Metrics, in the format of Prometheus', tag: 'operations' })
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}
