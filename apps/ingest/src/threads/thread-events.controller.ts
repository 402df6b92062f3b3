import { Body, Controller, Delete, HttpCode, HttpStatus, Inject, Param, Post, Query } from '@nestjs/common';
import {
  CONTENT_TYPES,
  type Content,
  INBOUND_TYPES,
  type Inbound,
  type TenantId,
  type ThreadId,
  actorSchema,
  categorySchema,
  inboundData,
  messageIdSchema,
  positionSchema,
  threadIdSchema,
} from '@offramp/events';
import { Access, CONFIG, type Config, NOW, type Now, Operation, Tenant } from '@offramp/service';
import { z } from 'zod';
import { erasedByMs } from '../content-retention.js';
import { IdempotencyKey, eventIdOf } from '../event-ids.js';
import { EventWriter, contentOf } from '../event-writer.js';

/** Who did it, where the caller does not say. */
const UNNAMED_ACTOR = 'platform';

const feedback = inboundData.FeedbackGiven.shape;
const feedbackRequestSchema = z.object({
  rating: feedback.rating,
  comment: z.string().optional().describe('Stored as content, never logged'),
  messageId: feedback.messageId,
  decisionId: feedback.decisionId,
  by: feedback.by,
});

/** A kind is a word, so that no sentence finds its way to the log. */
const riskRequestSchema = z.object({
  status: z.enum(['reported', 'cleared']),
  kind: categorySchema.optional(),
  messageId: messageIdSchema.optional(),
  by: actorSchema.default(UNNAMED_ACTOR),
});

const erasureQuerySchema = z.object({
  messageId: messageIdSchema.optional().describe('Only this message; else the whole thread'),
  by: actorSchema.default(UNNAMED_ACTOR),
});

const writtenSchema = z.object({ position: positionSchema, id: z.string().describe('The id of the event') });
const erasedSchema = writtenSchema.extend({
  erasedBy: z.string().describe('When the last copy is removed, RFC 3339. No interface shows the text from now on'),
});
type Written = z.infer<typeof writtenSchema>;

const IDEMPOTENCY = { 'Idempotency-Key': 'The same key counts once on a thread' };

/** What is said about a thread beside its messages: also late, and also where a line has ended. */
@Access('write')
@Controller('v1/threads/:threadId')
export class ThreadEventsController {
  constructor(
    @Inject(EventWriter) private readonly writer: EventWriter,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(NOW) private readonly now: Now,
  ) {}

  @Post('feedback')
  @HttpCode(HttpStatus.ACCEPTED)
  @Operation({
    summary: 'Gives feedback on a message, an ending or a thread',
    tag: 'threads',
    answers: { [HttpStatus.ACCEPTED]: writtenSchema },
    headers: IDEMPOTENCY,
    problems: ['malformed-json', 'invalid', 'storage-full', 'unavailable'],
  })
  async giveFeedback(
    @Tenant() tenant: TenantId,
    @Param('threadId', { schema: threadIdSchema }) threadId: ThreadId,
    @Body({ schema: feedbackRequestSchema }) request: z.output<typeof feedbackRequestSchema>,
    @IdempotencyKey() key: string | undefined,
  ): Promise<Written> {
    const { comment, ...data } = request;
    const event: Inbound<'FeedbackGiven'> = {
      ...this.envelope(tenant, threadId, { kind: 'feedback', key }),
      type: INBOUND_TYPES.FeedbackGiven,
      data: { ...data, hasComment: comment !== undefined && comment !== '' },
    };
    const content = contentOf(event, { kind: 'comment', text: comment, messageId: data.messageId });
    return { position: await this.writer.append(event, content), id: event.id };
  }

  @Post('risk')
  @HttpCode(HttpStatus.ACCEPTED)
  @Operation({
    summary: 'Reports that somebody may be at risk, or that they are not any more',
    tag: 'threads',
    answers: { [HttpStatus.ACCEPTED]: writtenSchema },
    headers: IDEMPOTENCY,
    problems: ['malformed-json', 'invalid', 'storage-full', 'unavailable'],
  })
  async reportRisk(
    @Tenant() tenant: TenantId,
    @Param('threadId', { schema: threadIdSchema }) threadId: ThreadId,
    @Body({ schema: riskRequestSchema }) request: z.output<typeof riskRequestSchema>,
    @IdempotencyKey() key: string | undefined,
  ): Promise<Written> {
    const { status, ...data } = request;
    const envelope = this.envelope(tenant, threadId, { kind: 'risk', key });
    const type = status === 'reported' ? INBOUND_TYPES.RiskReported : INBOUND_TYPES.RiskCleared;
    const event = { ...envelope, type, data } as Inbound<'RiskReported'> | Inbound<'RiskCleared'>;
    return { position: await this.writer.append(event), id: event.id };
  }

  @Delete('content')
  @HttpCode(HttpStatus.ACCEPTED)
  @Operation({
    summary: 'Erases texts and comments of a thread, or of one message; decisions stay',
    tag: 'threads',
    answers: { [HttpStatus.ACCEPTED]: erasedSchema },
    headers: IDEMPOTENCY,
    problems: ['invalid', 'storage-full', 'unavailable'],
  })
  async eraseContent(
    @Tenant() tenant: TenantId,
    @Param('threadId', { schema: threadIdSchema }) threadId: ThreadId,
    @Query({ schema: erasureQuerySchema }) { messageId, by }: z.output<typeof erasureQuerySchema>,
    @IdempotencyKey() key: string | undefined,
  ): Promise<z.infer<typeof erasedSchema>> {
    const envelope = this.envelope(tenant, threadId, { kind: 'erasure', key });
    const data = { ...(messageId !== undefined && { messageIds: [messageId] }), by };
    const event: Inbound<'ContentErased'> = { ...envelope, type: INBOUND_TYPES.ContentErased, data };
    const forgotten: Content<'ContentForgotten'> = { ...envelope, type: CONTENT_TYPES.ContentForgotten, data };
    const position = await this.writer.append(event, forgotten);
    const erasedBy = new Date(erasedByMs(this.config, this.now())).toISOString();
    return { position, id: event.id, erasedBy };
  }

  private envelope(tenant: TenantId, threadId: ThreadId, { kind, key }: { kind: string; key: string | undefined }) {
    return {
      specversion: '1.0' as const,
      id: eventIdOf(tenant, { kind, about: threadId }, key),
      source: tenant,
      subject: threadId,
      time: new Date(this.now()).toISOString(),
    };
  }
}
