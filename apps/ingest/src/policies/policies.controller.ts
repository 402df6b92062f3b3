import { Body, Controller, Get, HttpCode, HttpStatus, Inject, Param, Post } from '@nestjs/common';
import {
  INBOUND_TYPES,
  type Inbound,
  type TenantId,
  actorSchema,
  nameSchema,
  positionSchema,
  scoreSchema,
} from '@offramp/events';
import { policyDocumentSchema } from '@offramp/ladder';
import { Access, NOW, type Now, Operation, Problem, Tenant } from '@offramp/service';
import { z } from 'zod';
import { IdempotencyKey, eventIdOf } from '../event-ids.js';
import { EventWriter, contentOf } from '../event-writer.js';
import { checkedPolicy } from './checked-policy.js';
import { type KnownPolicy, KnownPolicies } from './known-policies.js';

type Document = Inbound<'PolicyActivated'>['data']['document'];

const UNNAMED_ACTOR = 'operator';
/** Covers no thread: the document is on the log, by its id, and can be activated. */
const SHARE_OF_A_DRAFT = 0;

const policyIdSchema = nameSchema(160);

const activationRequestSchema = z
  .object({
    share: scoreSchema.default(1).describe('The share of the threads that it covers, chosen by hash'),
    by: actorSchema.default(UNNAMED_ACTOR),
    reason: z.string().optional().describe('Stored as content, never logged'),
  })
  .prefault({});

const policySchema = z.object({
  id: z.string(),
  document: z.record(z.string(), z.unknown()),
  builtIn: z.boolean(),
  active: z
    .object({ share: scoreSchema, since: z.string().optional().describe('Absent: from the beginning'), by: z.string() })
    .nullable()
    .describe('Where several are active, the newest that covers a thread holds; null: covers none'),
});
type PolicyAnswer = z.infer<typeof policySchema>;

const checkedSchema = z.object({ id: z.string() });
const activatedSchema = z.object({ id: z.string(), share: scoreSchema, positions: z.array(positionSchema) });

/** Versioned policy: documents are kept on the log itself, as activations, so a replay finds them where they held. */
@Access('read')
@Controller('v1/policies')
export class PoliciesController {
  constructor(
    @Inject(EventWriter) private readonly writer: EventWriter,
    @Inject(KnownPolicies) private readonly policies: KnownPolicies,
    @Inject(NOW) private readonly now: Now,
  ) {}

  @Get()
  @Operation({
    summary: 'All policy documents, the built-in one first',
    tag: 'policies',
    answers: { [HttpStatus.OK]: z.object({ data: z.array(policySchema), next: z.null() }) },
  })
  listPolicies(@Tenant() tenant: TenantId): { data: PolicyAnswer[]; next: null } {
    return { data: this.policies.list(tenant).map(answerOf), next: null };
  }

  @Get(':id')
  @Operation({
    summary: 'One policy document',
    tag: 'policies',
    answers: { [HttpStatus.OK]: policySchema },
    problems: ['not-found', 'invalid'],
  })
  showPolicy(@Tenant() tenant: TenantId, @Param('id', { schema: policyIdSchema }) id: string): PolicyAnswer {
    return answerOf(this.known(tenant, id));
  }

  @Post()
  @Access('admin')
  @HttpCode(HttpStatus.CREATED)
  @Operation({
    summary: 'Stores a policy document; it covers no thread until it is activated',
    tag: 'policies',
    answers: { [HttpStatus.CREATED]: policySchema },
    body: policyDocumentSchema,
    problems: ['malformed-json', 'invalid-policy', 'storage-full', 'unavailable'],
  })
  async storePolicy(@Tenant() tenant: TenantId, @Body() body: unknown): Promise<PolicyAnswer> {
    const { id, document } = checkedPolicy(body);
    if (this.policies.get(tenant, id) === undefined) {
      const event = this.activation(tenant, { id, document, share: SHARE_OF_A_DRAFT, by: UNNAMED_ACTOR });
      await this.writer.appendEverywhere(event);
      this.policies.anticipate(event);
    }
    return answerOf(this.policies.get(tenant, id)!);
  }

  @Post('check')
  @HttpCode(HttpStatus.OK)
  @Operation({
    summary: 'Checks a policy document against schema and floors, and tells its id',
    tag: 'policies',
    answers: { [HttpStatus.OK]: checkedSchema },
    body: policyDocumentSchema,
    problems: ['malformed-json', 'invalid-policy'],
  })
  checkPolicy(@Body() body: unknown): { id: string } {
    return { id: checkedPolicy(body).id };
  }

  @Post(':id/activate')
  @Access('admin')
  @HttpCode(HttpStatus.ACCEPTED)
  @Operation({
    summary: 'Puts a stored policy in force for a share of the threads',
    tag: 'policies',
    answers: { [HttpStatus.ACCEPTED]: activatedSchema },
    headers: { 'Idempotency-Key': 'The same key counts once for a policy' },
    problems: ['malformed-json', 'not-found', 'invalid', 'storage-full', 'unavailable'],
  })
  async activatePolicy(
    @Tenant() tenant: TenantId,
    @Param('id', { schema: policyIdSchema }) id: string,
    @Body({ schema: activationRequestSchema }) { share, by, reason }: z.output<typeof activationRequestSchema>,
    @IdempotencyKey() key: string | undefined,
  ): Promise<z.infer<typeof activatedSchema>> {
    const document = this.known(tenant, id).document as Document;
    const event = this.activation(tenant, { id, document, share, by, key, reason });
    const content = contentOf(event, { kind: 'policy-reason', text: reason });
    const positions = await this.writer.appendEverywhere(event, content);
    this.policies.anticipate(event);
    return { id, share, positions };
  }

  private known(tenant: TenantId, id: string): KnownPolicy {
    const known = this.policies.get(tenant, id);
    if (known !== undefined) return known;
    throw new Problem('not-found', { detail: 'There is no policy of this id; its document has to be posted first' });
  }

  private activation(
    tenant: TenantId,
    { id, document, share, by, key, reason }: NewActivation,
  ): Inbound<'PolicyActivated'> {
    const hasReason = reason !== undefined && reason !== '';
    return {
      specversion: '1.0',
      id: eventIdOf(tenant, { kind: 'policy', about: id }, key),
      source: tenant,
      subject: '',
      type: INBOUND_TYPES.PolicyActivated,
      time: new Date(this.now()).toISOString(),
      data: { policy: id, document, share, by, hasReason },
    };
  }
}

interface NewActivation {
  readonly id: string;
  readonly document: Document;
  readonly share: number;
  readonly by: string;
  readonly key?: string | undefined;
  readonly reason?: string | undefined;
}

function answerOf({ id, document, isBuiltIn, active }: KnownPolicy): PolicyAnswer {
  return { id, document, builtIn: isBuiltIn, active };
}
