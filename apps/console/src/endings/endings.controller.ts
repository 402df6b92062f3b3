import type { Readable } from 'node:stream';
import { Controller, Get, Inject, Req, Res, UseInterceptors } from '@nestjs/common';
import type { TenantId } from '@offramp/events';
import { type CategoryRow, type EndingRow, type Page, SORTS } from '@offramp/read-models';
import { Access, Tenant } from '@offramp/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerList, bound, listQuery } from '../answers/answer-list.js';
import { AsOfPosition } from '../answers/as-of-position.js';
import { JSON_TYPE, chooseType } from '../answers/media-types.js';
import { parseQuery } from '../answers/parse-query.js';
import { ReadsList, ReadsOne, oneQuery } from '../answers/reads.js';
import { endingFilters } from '../rows/filter-schemas.js';
import { categoryRowSchema, endingRowSchema } from '../rows/row-schemas.js';
import { type ConsoleReadModels, READ_MODELS } from '../tokens.js';

const endingsQuery = listQuery(endingFilters, SORTS.endings);

/** What reviewers work through. */
@Access('read')
@Controller('v1/endings')
@UseInterceptors(AsOfPosition)
export class EndingsController {
  constructor(@Inject(READ_MODELS) private readonly readModels: ConsoleReadModels) {}

  @Get()
  @ReadsList({
    summary: 'Ends of lines, the newest first, with what people and reviewers said of them',
    description: 'The queues of reviewers: `reviewed=false`, and `feedback=down`.',
    tag: 'endings',
    row: endingRowSchema,
    query: endingsQuery,
  })
  async listEndings(
    @Tenant() tenant: TenantId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<EndingRow> | Readable> {
    const { filters, paging } = endingsQuery.parse(request.query);
    return answerList({ request, reply }, bound(this.readModels.queries.endings, tenant, filters), paging);
  }

  @Get('by-category')
  @ReadsOne({
    summary: 'How the ends of each category fared in reviews',
    tag: 'endings',
    answer: z.object({ data: z.array(categoryRowSchema) }),
  })
  async countByCategory(
    @Tenant() tenant: TenantId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly data: readonly CategoryRow[] }> {
    parseQuery(oneQuery, request.query);
    chooseType({ request, reply }, [JSON_TYPE]);
    return { data: await this.readModels.queries.endingsByCategory(tenant) };
  }
}
