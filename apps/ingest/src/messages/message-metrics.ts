import { Inject, Injectable } from '@nestjs/common';
import { Counter, type Problem, Registry } from '@offramp/service';
import type { VerdictAnswer } from '../verdicts/verdict-answer.js';

/** Outcomes that stand at 0 from the start, so that the first one is an increase. */
const FORESEEN = ['accepted', 'invalid', 'too-large', 'storage-full', 'unavailable', 'too-many-waiting'] as const;

/** What becomes of the messages that are posted. */
@Injectable()
export class MessageMetrics {
  private readonly messages: Counter<'outcome'>;
  private readonly verdicts: Counter<'verdict' | 'decided'>;

  constructor(@Inject(Registry) registry: Registry) {
    this.messages = new Counter({
      name: 'offramp_messages_total',
      help:
        'Messages that came in, by outcome: accepted, once they are durable, or the name of the problem for which they ' +
        'were not taken. What could not be read as a message at all is not among them',
      labelNames: ['outcome'],
      registers: [registry],
    });
    for (const outcome of FORESEEN) this.messages.inc({ outcome }, 0);
    this.verdicts = new Counter({
      name: 'offramp_verdicts_total',
      help: 'Verdicts that callers who waited were given; decided="false" is a continue for want of a verdict in time',
      labelNames: ['verdict', 'decided'],
      registers: [registry],
    });
    for (const decided of ['true', 'false']) this.verdicts.inc({ verdict: 'continue', decided }, 0);
  }

  /** Durable. */
  accepted(messages: number): void {
    this.messages.inc({ outcome: 'accepted' }, messages);
  }

  answered({ verdict, decided }: Pick<VerdictAnswer, 'verdict' | 'decided'>): void {
    this.verdicts.inc({ verdict, decided: String(decided) });
  }

  /** A refused message is on the log, and was accepted. */
  notTaken({ problem }: Problem, messages = 1): void {
    if (problem !== 'conversation-ended') this.messages.inc({ outcome: problem }, messages);
  }
}
