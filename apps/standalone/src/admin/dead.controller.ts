import { Body, Controller, Get, HttpCode, Inject, Post, Query, UseGuards } from '@nestjs/common';
import { TOPICS, nameSchema, tenantIdSchema, threadIdSchema } from '@offramp/events';
import { type EventLog, type RejectedRecord, rejectedRecords } from '@offramp/log';
import type { ParkedDetails, ParkedThread, QuarantinedRecord, ReadModels, Released } from '@offramp/read-models';
import { Access, EVENT_LOG, Problem, Undocumented } from '@offramp/service';
import { z } from 'zod';
import { READ_MODELS } from '../installation.js';
import { AdminGuard } from './admin-guard.js';

const threadSchema = z.object({
  tenant: tenantIdSchema,
  /** Empty: what belongs to no thread, as activations of policies do. */
  threadId: z.union([z.literal(''), threadIdSchema]),
  topic: z.enum([TOPICS.inbound, TOPICS.content]).optional(),
});
const requestSchema = threadSchema.extend({ by: nameSchema(128), reason: z.string().min(1).max(1000) });
type Request = z.output<typeof requestSchema>;

const DONE = 200;
/** Of each kind, and of rejected ones of each partition. */
const RECORDS_MAX = 1_000;

/** Threads that wait because something in them cannot be projected, of all tenants, for the CLI of the same machine. */
@Access('own')
@Undocumented()
@Controller('admin/v1/dead')
@UseGuards(AdminGuard)
export class DeadController {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(EVENT_LOG) private readonly log: EventLog,
  ) {}

  @Get()
  async list(): Promise<{ data: readonly ParkedThread[] }> {
    return { data: await this.readModels.parked.list() };
  }

  /** Records that belong to no thread. */
  @Get('records')
  async listRecords(): Promise<{ quarantined: readonly QuarantinedRecord[]; rejected: readonly RejectedRecord[] }> {
    return {
      quarantined: await this.readModels.parked.quarantined(RECORDS_MAX),
      rejected: await rejectedRecords(this.log, RECORDS_MAX),
    };
  }

  @Get('thread')
  async show(
    @Query({ schema: threadSchema }) { tenant, threadId, topic }: z.output<typeof threadSchema>,
  ): Promise<ParkedDetails> {
    return found(await this.readModels.parked.show(tenant, threadId, topic), threadId);
  }

  @Post('retry')
  @HttpCode(DONE)
  async retry(@Body({ schema: requestSchema }) request: Request): Promise<Released> {
    return found(await this.readModels.parked.retry(request), request.threadId);
  }

  @Post('discard')
  @HttpCode(DONE)
  async discard(@Body({ schema: requestSchema }) request: Request): Promise<Released> {
    return found(await this.readModels.parked.discard(request), request.threadId);
  }
}

function found<Value>(value: Value | undefined, threadId: string): Value {
  if (value === undefined) throw new Problem('not-found', { detail: `The thread ${threadId} is not parked` });
  return value;
}
