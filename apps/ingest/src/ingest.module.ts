import { type DynamicModule, Module } from '@nestjs/common';
import { type Assessor, bounded } from '@offramp/assess';
import { ClockCheck } from './clock/clock-check.js';
import { ContentRetention } from './content-retention.js';
import { EndingsController } from './endings/endings.controller.js';
import { EventWriter } from './event-writer.js';
import { MessageIntake } from './messages/message-intake.js';
import { MessageLines } from './messages/message-lines.js';
import { MessageMetrics } from './messages/message-metrics.js';
import { MessagesController } from './messages/messages.controller.js';
import { KnownPolicies } from './policies/known-policies.js';
import { PoliciesController } from './policies/policies.controller.js';
import { RawController } from './raw/raw.controller.js';
import { ReviewsController } from './reviews/reviews.controller.js';
import { DecisionStreams } from './stream/decision-streams.js';
import { StreamController } from './stream/stream.controller.js';
import { ThreadEventsController } from './threads/thread-events.controller.js';
import { ASSESSOR, DATABASE_CLOCK, type DatabaseClock, FIND_DECISION, type FindDecision } from './tokens.js';
import { DecisionsTailController } from './verdicts/decisions-tail.controller.js';
import { VerdictPosts } from './verdicts/verdict-posts.js';
import { Verdicts } from './verdicts/verdicts.js';

export interface IngestOptions {
  /** undefined: only the platform's own evidence counts (`OFFRAMP_ASSESSOR=platform`). It is bounded here. */
  readonly assessor: Assessor | undefined;
  readonly findDecision: FindDecision;
  /** Where the database has a clock of its own. */
  readonly databaseClock?: DatabaseClock;
}

/** The edge to the platform. `ServiceModule` provides the log, the configuration and the clock. */
@Module({})
export class IngestModule {
  static forRoot({ assessor, findDecision, databaseClock }: IngestOptions): DynamicModule {
    return {
      module: IngestModule,
      controllers: [
        MessagesController,
        ThreadEventsController,
        ReviewsController,
        PoliciesController,
        EndingsController,
        DecisionsTailController,
        RawController,
        StreamController,
      ],
      providers: [
        MessageIntake,
        MessageLines,
        MessageMetrics,
        VerdictPosts,
        Verdicts,
        DecisionStreams,
        KnownPolicies,
        EventWriter,
        ContentRetention,
        ClockCheck,
        { provide: ASSESSOR, useValue: assessor && bounded(assessor) },
        { provide: FIND_DECISION, useValue: findDecision },
        { provide: DATABASE_CLOCK, useValue: databaseClock },
      ],
    };
  }
}
