import { Body, Controller, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { type RebuildProgress, RebuildRefused, type RebuildRunner } from '@offramp/read-models';
import { Access, Problem, Undocumented } from '@offramp/service';
import { z } from 'zod';
import { AdminGuard } from './admin-guard.js';
import { Rebuild } from './rebuild.js';

const startSchema = z.object({ projection: z.string().max(64).optional(), dropOld: z.boolean().optional() });

const DONE = 200;

/** The rebuild of the read models, for the CLI of the same machine. Every call answers where it is then. */
@Access('own')
@Undocumented()
@Controller('admin/v1/rebuild')
@UseGuards(AdminGuard)
export class RebuildController {
  constructor(@Inject(Rebuild) private readonly rebuild: Rebuild) {}

  @Get()
  progress(): Promise<RebuildProgress> {
    return this.rebuild.progress();
  }

  /** Begins one, or goes on with the one that there is, in the background. */
  @Post()
  @HttpCode(DONE)
  start(@Body({ schema: startSchema }) options: z.output<typeof startSchema>) {
    return this.after((runner) => runner.start(options));
  }

  @Post('pause')
  @HttpCode(DONE)
  pause() {
    return this.after((runner) => runner.pause());
  }

  @Post('cancel')
  @HttpCode(DONE)
  cancel() {
    return this.after((runner) => runner.cancel());
  }

  @Post('swap')
  @HttpCode(DONE)
  swap() {
    return this.after((runner) => runner.swap());
  }

  @Post('rollback')
  @HttpCode(DONE)
  rollback() {
    return this.after((runner) => runner.rollback());
  }

  private async after(work: (runner: RebuildRunner) => Promise<void>): Promise<RebuildProgress> {
    try {
      await work(this.rebuild.runner);
    } catch (error) {
      if (!(error instanceof RebuildRefused)) throw error;
      throw new Problem('invalid', { detail: error.message, cause: error });
    }
    return this.rebuild.progress();
  }
}
