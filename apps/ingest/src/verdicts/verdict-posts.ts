import { Inject, Injectable } from '@nestjs/common';
import { type TenantId, position } from '@offramp/events';
import { Problem } from '@offramp/service';
import { MessageIntake, type Placed } from '../messages/message-intake.js';
import { MessageMetrics } from '../messages/message-metrics.js';
import type { MessageRequest } from '../messages/message-request.js';
import { KnownPolicies } from '../policies/known-policies.js';
import { type VerdictAnswer, verdictAnswer } from './verdict-answer.js';
import { Verdicts } from './verdicts.js';

export interface WaitOptions {
  readonly waitMs: number;
  readonly languages: readonly string[];
}

/** Single messages: each is stamped with what was known when it came, and its caller may wait for the verdict. */
@Injectable()
export class VerdictPosts {
  constructor(
    @Inject(MessageIntake) private readonly intake: MessageIntake,
    @Inject(Verdicts) private readonly verdicts: Verdicts,
    @Inject(KnownPolicies) private readonly policies: KnownPolicies,
    @Inject(MessageMetrics) private readonly metrics: MessageMetrics,
  ) {}

  /** Resolves when the message is durable. */
  async write(tenant: TenantId, request: MessageRequest, verdictWanted = false): Promise<Placed> {
    const partition = this.intake.check(tenant, request);
    // As it is now, when the request begins: what is read while the assessor thinks was not known to the one who posted.
    const seen = this.verdicts.readThrough(partition);
    const evidence = await this.intake.evidenceOf(request);
    const [placed] = await this.intake.write([{ tenant, request, partition, evidence }], { seen, verdictWanted });
    return placed!;
  }

  /** Throws Problem `conversation-ended` where the line does not take the message. */
  async post(tenant: TenantId, request: MessageRequest, { waitMs, languages }: WaitOptions): Promise<VerdictAnswer> {
    const ticket = this.verdicts.expect(this.intake.check(tenant, request));
    const placed = await this.write(tenant, request, true).catch((error: unknown) => {
      ticket.cancel();
      throw error;
    });
    const { decided, decisions, readThrough } = await ticket.outcomeAt(placed.offset, waitMs);
    const seen = readThrough === undefined ? undefined : position(placed.partition, readThrough);
    const { threadId, messageId, role } = request;
    const judged = { threadId, messageId, tenant, isUser: role === 'user', position: placed.position, seen, decided };
    const answer = verdictAnswer({ ...judged, decisions, languages }, this.policies);
    this.metrics.answered(answer);
    if (answer.verdict !== 'refuse') return answer;
    throw new Problem('conversation-ended', { detail: 'The message was not taken; see remedies', extensions: answer });
  }
}
