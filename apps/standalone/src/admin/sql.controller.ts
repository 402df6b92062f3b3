import { Body, Controller, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { type ReadModels, SQL_ROWS_MAX, SQL_TIMEOUT_MS_MAX, type SqlAnswer } from '@offramp/read-models';
import { Access, Problem, Undocumented } from '@offramp/service';
import { z } from 'zod';
import { READ_MODELS } from '../installation.js';
import { AdminGuard } from './admin-guard.js';

/** Longer than anybody writes, and short enough to be parsed. */
const STATEMENT_LENGTH_MAX = 100_000;

const questionSchema = z.object({
  sql: z.string().min(1).max(STATEMENT_LENGTH_MAX),
  rowsMax: z.int().min(1).max(SQL_ROWS_MAX).optional(),
  timeoutMs: z.int().min(1).max(SQL_TIMEOUT_MS_MAX).optional(),
});

/** Statements over the views of all tenants, for the CLI of the same machine. */
@Access('own')
@Undocumented()
@Controller('admin/v1/sql')
@UseGuards(AdminGuard)
export class SqlController {
  constructor(@Inject(READ_MODELS) private readonly readModels: ReadModels) {}

  /** Throws Problem `invalid` with what the database said of the statement. */
  @Post()
  @HttpCode(200)
  async ask(@Body({ schema: questionSchema }) question: z.output<typeof questionSchema>): Promise<SqlAnswer> {
    const { sql, ...bounds } = question;
    const answer = await this.readModels.sql.ask(sql, bounds);
    if ('refused' in answer) throw new Problem('invalid', { errors: [{ pointer: '/sql', detail: answer.detail }] });
    return answer;
  }
}
