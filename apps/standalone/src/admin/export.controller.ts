import { Readable } from 'node:stream';
import { type BeforeApplicationShutdown, Controller, Get, Inject, Query, Res, UseGuards } from '@nestjs/common';
import { tenantIdSchema } from '@offramp/events';
import { type ExportPart, NoSuchView, type ReadModels } from '@offramp/read-models';
import { Access, LINES_MEDIA_TYPE, Problem, Undocumented } from '@offramp/service';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { READ_MODELS } from '../installation.js';
import { AdminGuard } from './admin-guard.js';

const querySchema = z.object({
  /** Names with commas. */
  views: z
    .string()
    .transform((names) => names.split(','))
    .optional(),
  tenant: tenantIdSchema.optional(),
});

/** Each needs the room of its rows until it ends. */
const EXPORTS_AT_ONCE = 2;

/** The rows of the views at one moment, for the CLI of the same machine, which makes files of them. */
@Access('own')
@Undocumented()
@Controller('admin/v1/export')
@UseGuards(AdminGuard)
export class ExportController implements BeforeApplicationShutdown {
  private readonly underWay = new Set<AsyncGenerator<ExportPart, void>>();
  private readonly streams = new Set<Readable>();

  constructor(@Inject(READ_MODELS) private readonly readModels: ReadModels) {}

  /** Each part of an export (`ExportPart`) as a line of JSON, no faster than they are read. */
  @Get()
  async parts(
    @Query({ schema: querySchema }) query: z.output<typeof querySchema>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (this.underWay.size >= EXPORTS_AT_ONCE) {
      throw new Problem('conflict', { detail: `${EXPORTS_AT_ONCE} exports are under way; wait for one to end` });
    }
    const parts = this.readModels.exportViews(query);
    this.underWay.add(parts);
    const first = await this.begun(parts);
    const stream = Readable.from(linesOf(first, parts), { objectMode: false });
    this.streams.add(stream);
    stream.once('close', () => {
      this.streams.delete(stream);
      void this.left(parts);
    });
    await reply.type(LINES_MEDIA_TYPE).send(stream);
  }

  beforeApplicationShutdown(): void {
    for (const stream of this.streams) stream.destroy(new Error('The server is stopping'));
  }

  /** The first part, while a problem document can still be the answer. */
  private async begun(parts: AsyncGenerator<ExportPart, void>): Promise<ExportPart> {
    try {
      return (await parts.next()).value as ExportPart;
    } catch (error) {
      await this.left(parts);
      if (!(error instanceof NoSuchView)) throw error;
      throw new Problem('invalid', { errors: [{ parameter: 'views', detail: error.message }], cause: error });
    }
  }

  /** Its snapshot is given up, also where nobody has read a line: a stream that was never read leaves its source alone. */
  private async left(parts: AsyncGenerator<ExportPart, void>): Promise<void> {
    try {
      await parts.return();
    } finally {
      this.underWay.delete(parts);
    }
  }
}

async function* linesOf(first: ExportPart, others: AsyncIterable<ExportPart>): AsyncGenerator<string> {
  yield `${JSON.stringify(first)}\n`;
  for await (const part of others) yield `${JSON.stringify(part)}\n`;
}
