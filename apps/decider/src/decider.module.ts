import { Module } from '@nestjs/common';
import { DeciderController } from './decider.controller.js';

/** The decider as a Nest app on the batch transport. Whoever composes it provides the event log globally. */
@Module({ controllers: [DeciderController] })
export class DeciderModule {}
