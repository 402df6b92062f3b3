import type { Readable } from 'node:stream';
import { Controller, Get, Inject, Req, Res, UseInterceptors } from '@nestjs/common';
import type { TenantId } from '@offramp/events';
import { type DecisionRow, type FeedbackRow, type Page, SORTS, type Stats } from '@offramp/read-models';
import { Access, Tenant } from '@offramp/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerList, bound, listQuery } from '../answers/answer-list.js';
import { AsOfPosition } from '../answers/as-of-position.js';
import { JSON_TYPE, chooseType } from '../answers/media-types.js';
import { parseQuery } from '../answers/parse-query.js';
import { ReadsList, ReadsOne, oneQuery } from '../answers/reads.js';
import { decisionFilters, feedbackFilters } from '../rows/filter-schemas.js';
import { decisionRowSchema, feedbackRowSchema, statsSchema } from '../rows/row-schemas.js';
import { type ConsoleReadModels, READ_MODELS } from '../tokens.js';

const decisionsQuery = listQuery(decisionFilters, SORTS.decisions);
const feedbackQuery = listQuery(feedbackFilters, SORTS.feedback);

/** What was decided and what people said of it, over all threads. */
@Access('read')
@Controller('v1')
@UseInterceptors(AsOfPosition)
export class StatisticsController {
  constructor(@Inject(READ_MODELS) private readonly readModels: ConsoleReadModels) {}

  @Get('decisions')
  @ReadsList({
    summary: 'Decisions, the newest first',
    tag: 'decisions',
    row: decisionRowSchema,
    query: decisionsQuery,
  })
  async listDecisions(
    @Tenant() tenant: TenantId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<DecisionRow> | Readable> {
    const { filters, paging } = decisionsQuery.parse(request.query);
    return answerList({ request, reply }, bound(this.readModels.queries.decisions, tenant, filters), paging);
  }

  @Get('feedback')
  @ReadsList({ summary: 'Feedback, the newest first', tag: 'feedback', row: feedbackRowSchema, query: feedbackQuery })
  async listFeedback(
    @Tenant() tenant: TenantId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<FeedbackRow> | Readable> {
    const { filters, paging } = feedbackQuery.parse(request.query);
    return answerList({ request, reply }, bound(this.readModels.queries.feedback, tenant, filters), paging);
  }

  @Get('stats')
  @ReadsOne({ summary: 'How much of everything there is', tag: 'statistics', answer: statsSchema })
  async showStats(
    @Tenant() tenant: TenantId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Stats> {
    parseQuery(oneQuery, request.query);
    chooseType({ request, reply }, [JSON_TYPE]);
    return this.readModels.queries.stats(tenant);
  }
}
