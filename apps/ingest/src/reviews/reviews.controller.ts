import { Body, Controller, HttpCode, HttpStatus, Inject, Param, Post } from '@nestjs/common';
import {
  INBOUND_TYPES,
  type Inbound,
  type TenantId,
  actorSchema,
  inboundData,
  nameSchema,
  positionSchema,
} from '@offramp/events';
import { Access, NOW, type Now, Operation, Problem, Tenant } from '@offramp/service';
import { z } from 'zod';
import { IdempotencyKey, eventIdOf } from '../event-ids.js';
import { EventWriter, contentOf } from '../event-writer.js';
import { FIND_DECISION, type FindDecision } from '../tokens.js';

const RETRY_AFTER_S = 1;
const decisionIdSchema = nameSchema(64);

const reviewRequestSchema = z.object({
  outcome: inboundData.ReviewRecorded.shape.outcome,
  reason: z.string().min(1).describe('Stored as content, never logged'),
  by: actorSchema,
});

const writtenSchema = z.object({ position: positionSchema, id: z.string().describe('The id of the event') });

/** A person looked at a decision. An end that is overturned is taken back, with all that lies under it. */
@Access('review')
@Controller('v1/decisions')
export class ReviewsController {
  constructor(
    @Inject(EventWriter) private readonly writer: EventWriter,
    @Inject(FIND_DECISION) private readonly findDecision: FindDecision,
    @Inject(NOW) private readonly now: Now,
  ) {}

  @Post(':decisionId/review')
  @HttpCode(HttpStatus.ACCEPTED)
  @Operation({
    summary: 'Records the review of a decision',
    tag: 'decisions',
    answers: { [HttpStatus.ACCEPTED]: writtenSchema },
    headers: { 'Idempotency-Key': 'The same key counts once for a decision' },
    problems: ['malformed-json', 'decision-not-found', 'invalid', 'storage-full', 'unavailable'],
  })
  async recordReview(
    @Tenant() tenant: TenantId,
    @Param('decisionId', { schema: decisionIdSchema }) decisionId: string,
    @Body({ schema: reviewRequestSchema }) { outcome, reason, by }: z.output<typeof reviewRequestSchema>,
    @IdempotencyKey() key: string | undefined,
  ): Promise<z.infer<typeof writtenSchema>> {
    const place = await this.findDecision(tenant, decisionId);
    if (place === undefined) throw new Problem('decision-not-found', { retryAfter: RETRY_AFTER_S });
    const event: Inbound<'ReviewRecorded'> = {
      specversion: '1.0',
      id: eventIdOf(tenant, { kind: 'review', about: decisionId }, key),
      source: tenant,
      subject: place.threadId,
      type: INBOUND_TYPES.ReviewRecorded,
      time: new Date(this.now()).toISOString(),
      data: { decisionId, outcome, by, hasReason: true },
    };
    const content = contentOf(event, { kind: 'review-reason', text: reason, messageId: place.messageId });
    return { position: await this.writer.append(event, content), id: event.id };
  }
}
