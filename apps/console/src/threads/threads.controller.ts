import type { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Req, Res, UseInterceptors } from '@nestjs/common';
import { TOPICS, type TenantId, type ThreadId, threadIdSchema } from '@offramp/events';
import {
  type BranchRow,
  type MessageRow,
  type Page,
  type ParkedThread,
  SORTS,
  type ThreadRow,
  type TimelineEntry,
} from '@offramp/read-models';
import { Access, Problem, Tenant } from '@offramp/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerList, bound, listQuery } from '../answers/answer-list.js';
import { AsOfPosition } from '../answers/as-of-position.js';
import { JSON_TYPE, chooseType } from '../answers/media-types.js';
import { parseQuery } from '../answers/parse-query.js';
import { ReadsList, ReadsOne, oneQuery } from '../answers/reads.js';
import { branchFilters, threadFilters } from '../rows/filter-schemas.js';
import {
  branchRowSchema,
  messageRowSchema,
  threadAnswerSchema,
  threadRowSchema,
  timelineEntrySchema,
} from '../rows/row-schemas.js';
import { type ConsoleReadModels, READ_MODELS } from '../tokens.js';
import { timelineOf } from './timeline.js';

type ParkedAt = Pick<ParkedThread, 'since' | 'position' | 'cause'>;
type ThreadAnswer = ThreadRow & { readonly parked?: ParkedAt; readonly parkedTexts?: ParkedAt };

const threadsQuery = listQuery(threadFilters, SORTS.threads);
const messagesQuery = listQuery({});
const { thread: _thread, ...ofThread } = branchFilters;
const branchesQuery = listQuery(ofThread, SORTS.branches);

/** Threads, and what is in one of them. */
@Access('read')
@Controller('v1/threads')
@UseInterceptors(AsOfPosition)
export class ThreadsController {
  constructor(@Inject(READ_MODELS) private readonly readModels: ConsoleReadModels) {}

  @Get()
  @ReadsList({ summary: 'Threads, the newest first', tag: 'threads', row: threadRowSchema, query: threadsQuery })
  async listThreads(
    @Tenant() tenant: TenantId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<ThreadRow> | Readable> {
    const { filters: given, paging } = threadsQuery.parse(request.query);
    return answerList({ request, reply }, bound(this.readModels.queries.threads, tenant, given), paging);
  }

  @Get(':threadId')
  @ReadsOne({ summary: 'One thread', tag: 'threads', answer: threadAnswerSchema, problems: ['not-found', 'invalid'] })
  async showThread(
    @Tenant() tenant: TenantId,
    @Param('threadId', { schema: threadIdSchema }) threadId: ThreadId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ThreadAnswer> {
    parseQuery(oneQuery, request.query);
    chooseType({ request, reply }, [JSON_TYPE]);
    const thread = await this.thread(tenant, threadId);
    const [events, texts] = await Promise.all(
      ([TOPICS.inbound, TOPICS.content] as const).map((topic) => this.readModels.parked.of(tenant, threadId, topic)),
    );
    return { ...thread, ...parkedAt('parked', events), ...parkedAt('parkedTexts', texts) };
  }

  @Get(':threadId/messages')
  @ReadsList({
    summary: 'The tree of a thread, parents before their children',
    tag: 'threads',
    row: messageRowSchema,
    query: messagesQuery,
    problems: ['not-found', 'invalid'],
  })
  async listMessages(
    @Tenant() tenant: TenantId,
    @Param('threadId', { schema: threadIdSchema }) thread: ThreadId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<MessageRow> | Readable> {
    const { paging } = messagesQuery.parse(request.query);
    await this.thread(tenant, thread);
    return answerList({ request, reply }, bound(this.readModels.queries.messages, tenant, { thread }), paging);
  }

  @Get(':threadId/branches')
  @ReadsList({
    summary: 'The branches of a thread, the newest first',
    tag: 'threads',
    row: branchRowSchema,
    query: branchesQuery,
    problems: ['not-found', 'invalid'],
  })
  async listBranchesOfThread(
    @Tenant() tenant: TenantId,
    @Param('threadId', { schema: threadIdSchema }) thread: ThreadId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<BranchRow> | Readable> {
    const { filters: given, paging } = branchesQuery.parse(request.query);
    await this.thread(tenant, thread);
    const branches = bound(this.readModels.queries.branches, tenant, { ...given, thread });
    return answerList({ request, reply }, branches, paging);
  }

  @Get(':threadId/timeline')
  @ReadsList({
    summary: 'Every event of a thread in the order of the log, with what it did',
    tag: 'threads',
    row: timelineEntrySchema,
    query: messagesQuery,
    problems: ['not-found', 'invalid'],
  })
  async showTimeline(
    @Tenant() tenant: TenantId,
    @Param('threadId', { schema: threadIdSchema }) threadId: ThreadId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<TimelineEntry> | Readable> {
    const { paging } = messagesQuery.parse(request.query);
    await this.thread(tenant, threadId);
    return answerList({ request, reply }, timelineOf(this.readModels.queries, tenant, threadId), paging);
  }

  /** Throws Problem `not-found`. */
  private async thread(tenant: TenantId, threadId: ThreadId): Promise<ThreadRow> {
    const thread = await this.readModels.queries.thread(tenant, threadId);
    if (thread !== undefined) return thread;
    // Its very first event may be the one that could not be projected.
    const parked = await this.readModels.parked.of(tenant, threadId, TOPICS.inbound);
    const detail =
      parked === undefined
        ? 'There is no such thread'
        : `The thread is parked since ${parked.since}, at ${parked.position}: ${parked.cause}`;
    throw new Problem('not-found', { detail });
  }
}

function parkedAt(name: 'parked' | 'parkedTexts', thread: ParkedThread | undefined): Partial<ThreadAnswer> {
  if (thread === undefined) return {};
  const { since, position, cause } = thread;
  return { [name]: { since, position, cause } };
}
