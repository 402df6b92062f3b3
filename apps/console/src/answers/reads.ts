import { HttpStatus } from '@nestjs/common';
import { LINES_MEDIA_TYPE, Operation, type ProblemName } from '@offramp/service';
import { z } from 'zod';
import { POSITION_HEADER } from './as-of-position.js';
import { type ListQuery, afterShape } from './answer-list.js';
import { CSV_TYPE } from './media-types.js';

const AS_OF = 'How far the read models were, at least: positions of all partitions; -1: nothing yet';
const PROBLEMS: readonly ProblemName[] = ['invalid-query', 'not-acceptable', 'projection-behind', 'unavailable'];
const ALL_ROWS = 'With `Accept: text/csv` or `application/x-ndjson`: all rows at once.';

interface ReadOptions {
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly problems?: readonly ProblemName[];
}

interface ListOptions extends ReadOptions {
  readonly row: z.ZodType;
  readonly query: ListQuery<unknown>;
}

/** Describes a call that answers rows: a page of them, or all. */
export function ReadsList({ row, query, description, problems = [], ...options }: ListOptions): MethodDecorator {
  const page = z.object({
    data: z.array(row),
    next: z.string().nullable().describe('`cursor` of the next page; null: this was the last one'),
  });
  const content = { 'application/json': page, [CSV_TYPE]: z.string(), [LINES_MEDIA_TYPE]: row };
  return Operation({
    ...options,
    query: query.schema,
    description: description === undefined ? ALL_ROWS : `${description} ${ALL_ROWS}`,
    answers: { [HttpStatus.OK]: { description: 'A page of rows; or all rows', content } },
    answerHeaders: { [POSITION_HEADER]: AS_OF },
    problems: [...PROBLEMS, ...problems],
  });
}

interface OneOptions extends ReadOptions {
  readonly answer: z.ZodType;
  /** Media types that it also comes as. */
  readonly texts?: readonly string[];
}

/** The query string of a call that answers one thing. */
export const oneQuery = z.strictObject(afterShape);

/** Describes a call that answers one thing. */
export function ReadsOne({ answer, texts = [], problems = [], ...options }: OneOptions): MethodDecorator {
  const content = { 'application/json': answer, ...Object.fromEntries(texts.map((type) => [type, z.string()])) };
  return Operation({
    ...options,
    query: oneQuery,
    answers: { [HttpStatus.OK]: { description: options.summary, content } },
    answerHeaders: { [POSITION_HEADER]: AS_OF },
    problems: [...PROBLEMS, ...problems],
  });
}
