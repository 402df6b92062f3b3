import { Readable } from 'node:stream';
import { Controller, HttpStatus, Inject, Post, Req, Res } from '@nestjs/common';
import { type TenantId, messageIdSchema, positionSchema, threadIdSchema } from '@offramp/events';
import { Access, LINES_MEDIA_TYPE, Operation, Problem, Tenant, parseBody, problemOf } from '@offramp/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { verdictAnswerSchema } from '../verdicts/verdict-answer.js';
import { VerdictPosts } from '../verdicts/verdict-posts.js';
import { WAIT_MS_MAX, refuseToWait, waitMsOf, waitQuerySchema } from '../verdicts/wait-preference.js';
import { LINES_BYTES_MAX, MessageLines } from './message-lines.js';
import { MessageMetrics } from './message-metrics.js';
import { messageRequestSchema } from './message-request.js';

const acceptedSchema = z.object({ position: positionSchema, threadId: threadIdSchema, messageId: messageIdSchema });
type Accepted = z.infer<typeof acceptedSchema>;

const lineAnswerSchema = z
  .object({
    status: z.int(),
    position: positionSchema.optional(),
    line: z.int().optional(),
    type: z.string().optional(),
  })
  .describe('Lines, one for each line that is not blank, in order: a position, or a problem document');

const DESCRIPTION =
  'One message as JSON, or many as lines of JSON (64 MiB and five minutes, each line at most 1 MiB), answered line by line as ' +
  'they arrive; what was answered with a position is stored, whatever becomes of the rest. With `?wait=verdict` or ' +
  `\`Prefer: wait=SECONDS\` (2 by default, at most ${WAIT_MS_MAX / 1000}) a single message is answered with its verdict, or 409 ` +
  'where its line has ended.';

@Access('write')
@Controller('v1')
export class MessagesController {
  constructor(
    @Inject(MessageLines) private readonly lines: MessageLines,
    @Inject(VerdictPosts) private readonly verdictPosts: VerdictPosts,
    @Inject(MessageMetrics) private readonly metrics: MessageMetrics,
  ) {}

  @Post('messages')
  @Operation({
    id: 'postMessages',
    summary: 'Posts messages',
    description: DESCRIPTION,
    tag: 'messages',
    consumes: ['application/json', LINES_MEDIA_TYPE],
    body: messageRequestSchema,
    query: waitQuerySchema,
    headers: { Prefer: 'RFC 7240: `wait=SECONDS`', 'Accept-Language': 'For `instruction` and `notice`' },
    answers: {
      [HttpStatus.OK]: {
        description: 'The verdict; or the answers to lines',
        content: { 'application/json': verdictAnswerSchema, [LINES_MEDIA_TYPE]: lineAnswerSchema },
      },
      [HttpStatus.ACCEPTED]: acceptedSchema,
    },
    problems: [
      'malformed-json',
      'conversation-ended',
      'too-large',
      'unsupported-media-type',
      'invalid',
      'storage-full',
      'unavailable',
      'too-many-waiting',
    ],
  })
  async post(
    @Tenant() tenant: TenantId,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    if (request.body instanceof Readable) return this.postLines(tenant, request, reply);
    try {
      return await this.postOne(tenant, request, reply);
    } catch (error) {
      this.metrics.notTaken(problemOf(error));
      throw error;
    }
  }

  private async postOne(tenant: TenantId, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const waitMs = waitMsOf(request.query, request.headers['prefer']);
    const message = parseBody(messageRequestSchema, request.body);
    if (waitMs === undefined) {
      reply.status(HttpStatus.ACCEPTED);
      return this.accept(tenant, message);
    }
    reply.status(HttpStatus.OK).header('preference-applied', `wait=${waitMs / 1000}`);
    return this.verdictPosts.post(tenant, message, { waitMs, languages: languagesOf(request) });
  }

  private async accept(tenant: TenantId, request: z.output<typeof messageRequestSchema>): Promise<Accepted> {
    const { threadId, messageId } = request;
    const { position } = await this.verdictPosts.write(tenant, request);
    return { position, threadId, messageId };
  }

  private postLines(tenant: TenantId, request: FastifyRequest, reply: FastifyReply): Readable {
    refuseToWait(request.query);
    if (Number(request.headers['content-length']) > LINES_BYTES_MAX) throw new Problem('too-large');
    reply.status(HttpStatus.OK).header('content-type', LINES_MEDIA_TYPE);
    return this.lines.answer(tenant, request.body as Readable);
  }
}

/** `Accept-Language: de-AT, en;q=0.5` as `de-AT`, `de`, `en`; in the order given, which is nearly always that of the weights. */
function languagesOf({ headers }: FastifyRequest): string[] {
  const tags = (headers['accept-language'] ?? '').split(',').map((part) => part.split(';')[0]!.trim());
  return tags.filter((tag) => tag !== '' && tag !== '*').flatMap((tag) => [tag, tag.split('-')[0]!]);
}
