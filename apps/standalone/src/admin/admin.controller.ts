import { Readable } from 'node:stream';
import {
  type BeforeApplicationShutdown,
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import { TOPIC_NAMES, type Topic, parsePosition, positionSchema } from '@offramp/events';
import { type EventLog, OffsetOutOfRange } from '@offramp/log';
import {
  Access,
  CONFIG,
  type Config,
  EVENT_LOG,
  LINES_MEDIA_TYPE,
  Problem,
  Readiness,
  Undocumented,
} from '@offramp/service';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { ReadModels } from '@offramp/read-models';
import { INSTALLATION, type Installation, READ_MODELS } from '../installation.js';
import { type LogLinesOptions, logLines } from '../log-lines.js';
import { AdminGuard } from './admin-guard.js';
import { CatchUp } from './catch-up.js';
import { type PartitionProgress, logProgress } from './log-progress.js';

const topicSchema = z.enum(TOPIC_NAMES as [Topic, ...Topic[]]);
const logQuerySchema = z.object({
  partition: z.coerce.number().int().min(0).optional(),
  from: positionSchema.optional(),
  follow: z.stringbool().optional(),
});
const settleSchema = z.object({ timeoutMs: z.int().min(0).max(60_000).default(5000) });

const ACCEPTED = 202;

/** For the CLI of the same machine, `/admin/v1`: opened by the token of the lock file, and no part of the contract. */
@Access('own')
@Undocumented()
@Controller('admin/v1')
@UseGuards(AdminGuard)
export class AdminController implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();

  constructor(
    @Inject(INSTALLATION) private readonly installation: Installation,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(CatchUp) private readonly catchUp: CatchUp,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
  ) {}

  @Get('status')
  async status() {
    const { version, dataDir, startedAt } = this.installation;
    const { assessor, project } = this.config;
    const positions = await logProgress(this.log, this.readModels.positions);
    const { outdated } = await this.readModels.rebuilds.need();
    return {
      version,
      pid: process.pid,
      startedAt,
      dataDir,
      tenant: 'default',
      assessor,
      project,
      partitions: this.log.partitions,
      causes: await this.readiness.look(),
      degraded: await this.readiness.degraded(),
      rebuildNeeded: outdated,
      parkedThreads: await this.readModels.parked.count(),
      lag: lagOf(positions),
      positions,
    };
  }

  /** The topic as NDJSON. A follower that goes away, or the end of the process, ends the stream. */
  @Get('log/:topic')
  async lines(
    @Param('topic', { schema: topicSchema }) topic: Topic,
    @Query({ schema: logQuerySchema }) query: z.infer<typeof logQuerySchema>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const gone = new AbortController();
    reply.raw.on('close', () => gone.abort());
    const options = { ...query, topic, signal: AbortSignal.any([gone.signal, this.stopping.signal]) };
    await this.check(options);
    await reply.type(LINES_MEDIA_TYPE).send(Readable.from(logLines(this.log, options), { objectMode: false }));
  }

  /** Whether everything acknowledged so far is decided and projected; waits for that, for `timeoutMs` at most. */
  @Post('settle')
  @HttpCode(200)
  async settle(@Body({ schema: settleSchema }) { timeoutMs }: z.infer<typeof settleSchema>) {
    const settled = await this.catchUp.within(timeoutMs);
    return { settled, lag: lagOf(await logProgress(this.log, this.readModels.positions)) };
  }

  @Post('shutdown')
  @HttpCode(ACCEPTED)
  shutdown() {
    // After the answer: the server closes its connections when it stops.
    setImmediate(() => this.installation.requestStop());
    return { status: 'stopping' };
  }

  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  /** Before the stream begins, while a problem document can still be the answer. */
  private async check({ topic, partition, from }: LogLinesOptions): Promise<void> {
    const first = from === undefined ? undefined : parsePosition(from);
    for (const [name, given] of [
      ['partition', partition],
      ['from', first?.partition],
    ] as const) {
      if (given === undefined || given < this.log.partitions) continue;
      const detail = `There are ${this.log.partitions} partitions, from 0`;
      throw new Problem('invalid', { errors: [{ parameter: name, detail }] });
    }
    if (first === undefined) return;
    const bounds = await this.log.bounds(topic, first.partition);
    if (first.offset >= bounds.start && first.offset <= bounds.end) return;
    const { message } = new OffsetOutOfRange(topic, first.partition, first.offset, bounds);
    throw new Problem('invalid', { errors: [{ parameter: 'from', detail: message }] });
  }
}

/** Records that are acknowledged and not yet both decided and projected. */
function lagOf(positions: readonly PartitionProgress[]): number {
  return positions.reduce((sum, { inbound, decided, projected }) => sum + inbound - Math.min(decided, projected), 0);
}
