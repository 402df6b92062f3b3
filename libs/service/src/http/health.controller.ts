import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { Readiness } from '../readiness.js';

const causesSchema = z.array(z.object({ part: z.string(), cause: z.string() }));
const READY = 200;
const NOT_READY = 503;

@Controller()
export class HealthController {
  constructor(
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(Registry) private readonly registry: Registry,
  ) {}

  @Get('healthz')
  @ApiOperation({ summary: 'Whether the process is alive', tags: ['operations'] })
  @ApiResponse({ status: READY, standardSchema: z.object({ status: z.literal('alive') }) })
  alive(): { status: 'alive' } {
    return { status: 'alive' };
  }

  /** Every cause is told, so that an operator need not look for the second one after the first. */
  @Get('readyz')
  @ApiOperation({ summary: 'Whether the process can do its work, and if not, why', tags: ['operations'] })
  @ApiResponse({ status: READY, standardSchema: z.object({ status: z.literal('ready'), causes: causesSchema }) })
  @ApiResponse({
    status: NOT_READY,
    standardSchema: z.object({ status: z.literal('not-ready'), causes: causesSchema }),
  })
  ready(@Res({ passthrough: true }) reply: FastifyReply): { status: string; causes: Readiness['causes'] } {
    const { causes } = this.readiness;
    reply.status(causes.length === 0 ? READY : NOT_READY);
    return { status: causes.length === 0 ? 'ready' : 'not-ready', causes };
  }

  @Get('metrics')
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  @ApiOperation({ summary: 'Metrics, in the format of Prometheus', tags: ['operations'] })
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}
