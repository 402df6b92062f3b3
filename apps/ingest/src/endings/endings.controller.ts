import { Body, Controller, HttpCode, HttpStatus, Inject, Post } from '@nestjs/common';
import {
  INBOUND_TYPES,
  type Inbound,
  type TenantId,
  actorSchema,
  categorySchema,
  positionSchema,
} from '@offramp/events';
import { Access, NOW, type Now, Operation, Tenant } from '@offramp/service';
import { z } from 'zod';
import { IdempotencyKey, eventIdOf } from '../event-ids.js';
import { EventWriter } from '../event-writer.js';

/** A cause is a word, so that no sentence finds its way to the log. */
const endingsRequestSchema = z.object({ suspended: z.boolean(), by: actorSchema, cause: categorySchema });
const endingsSchema = z.object({ suspended: z.boolean(), positions: z.array(positionSchema) });

/** The switch for an operator in doubt: while endings are suspended, no policy and no model ends anything. */
@Access('admin')
@Controller('admin/v1')
export class EndingsController {
  constructor(
    @Inject(EventWriter) private readonly writer: EventWriter,
    @Inject(NOW) private readonly now: Now,
  ) {}

  @Post('endings')
  @HttpCode(HttpStatus.ACCEPTED)
  @Operation({
    summary: 'Suspends all endings by policy or model, or resumes them',
    tag: 'operations',
    answers: { [HttpStatus.ACCEPTED]: endingsSchema },
    headers: { 'Idempotency-Key': 'The same key counts once' },
    problems: ['malformed-json', 'unauthorized', 'invalid', 'storage-full', 'unavailable'],
  })
  async suspendEndings(
    @Tenant() tenant: TenantId,
    @Body({ schema: endingsRequestSchema }) { suspended, by, cause }: z.output<typeof endingsRequestSchema>,
    @IdempotencyKey() key: string | undefined,
  ): Promise<z.infer<typeof endingsSchema>> {
    const kind = suspended ? 'suspended' : 'resumed';
    const event = {
      specversion: '1.0',
      id: eventIdOf(tenant, { kind, about: 'endings' }, key),
      source: tenant,
      subject: '',
      type: suspended ? INBOUND_TYPES.EndingsSuspended : INBOUND_TYPES.EndingsResumed,
      time: new Date(this.now()).toISOString(),
      data: { by, cause },
    } as Inbound<'EndingsSuspended'> | Inbound<'EndingsResumed'>;
    return { suspended, positions: await this.writer.appendEverywhere(event) };
  }
}
