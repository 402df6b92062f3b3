import type { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Req, Res, UseInterceptors } from '@nestjs/common';
import { type TenantId, messageIdSchema, threadIdSchema } from '@offramp/events';
import { type BranchRow, type Page, SORTS } from '@offramp/read-models';
import { Access, NOW, type Now, Problem, Tenant } from '@offramp/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerList, bound, listQuery } from '../answers/answer-list.js';
import { AsOfPosition } from '../answers/as-of-position.js';
import { JSON_TYPE, TEXT_TYPE, chooseType } from '../answers/media-types.js';
import { parseQuery } from '../answers/parse-query.js';
import { ReadsList, ReadsOne, oneQuery } from '../answers/reads.js';
import { receiptText } from '../explain/receipt-text.js';
import { type Receipt, receiptOf, receiptSchema } from '../explain/receipt.js';
import { branchFilters } from '../rows/filter-schemas.js';
import { branchRowSchema } from '../rows/row-schemas.js';
import { type ConsoleReadModels, READ_MODELS } from '../tokens.js';

const branchPathSchema = z.object({ threadId: threadIdSchema, branchId: messageIdSchema });
const branchesQuery = listQuery(branchFilters, SORTS.branches);

/** Branches of all threads, and why one is where it is. */
@Access('read')
@Controller('v1/branches')
@UseInterceptors(AsOfPosition)
export class BranchesController {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ConsoleReadModels,
    @Inject(NOW) private readonly now: Now,
  ) {}

  @Get()
  @ReadsList({ summary: 'Branches, the newest first', tag: 'branches', row: branchRowSchema, query: branchesQuery })
  async listBranches(
    @Tenant() tenant: TenantId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<BranchRow> | Readable> {
    const { filters, paging } = branchesQuery.parse(request.query);
    return answerList({ request, reply }, bound(this.readModels.queries.branches, tenant, filters), paging);
  }

  @Get(':threadId/:branchId/explain')
  @ReadsOne({
    summary: 'Why a branch is where it is',
    description:
      'What was decided on the branch in order, with scores against thresholds, what counted, the policy in force and what can ' +
      'be done now. As `text/plain` it is a receipt for the person whom it concerns; while the guard is up, that speaks of ' +
      'support and of nothing else.',
    tag: 'branches',
    answer: receiptSchema,
    texts: [TEXT_TYPE],
    problems: ['not-found', 'invalid'],
  })
  async explainBranch(
    @Tenant() tenant: TenantId,
    @Param({ schema: branchPathSchema }) { threadId, branchId }: z.output<typeof branchPathSchema>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Receipt | string> {
    parseQuery(oneQuery, request.query);
    const type = chooseType({ request, reply }, [JSON_TYPE, TEXT_TYPE]);
    const explanation = await this.readModels.queries.explain({ tenant, threadId, branchId });
    if (explanation === undefined) throw new Problem('not-found', { detail: 'There is no such branch' });
    const receipt = receiptOf(explanation, this.now());
    return type === TEXT_TYPE ? receiptText(receipt) : receipt;
  }
}
