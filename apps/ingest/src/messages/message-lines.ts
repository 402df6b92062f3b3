import { PassThrough, type Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { TenantId } from '@offramp/events';
import { JSON_BYTES_MAX, LOGGER, type Logger, Problem, parseBody, problemOf } from '@offramp/service';
import { type AssessedRequest, MessageIntake, type Placed } from './message-intake.js';
import { judgeInOrder } from './in-order.js';
import { type Line, LineSplitter } from './line-splitter.js';
import { MessageMetrics } from './message-metrics.js';
import { messageRequestSchema } from './message-request.js';

/** Of the whole body. */
export const LINES_BYTES_MAX = 64 * 2 ** 20;
/** Lines that become one append. */
const BATCH_LINES = 1000;
/** Appends that may be on their way to the disk while the next lines are read. */
const APPENDS_IN_FLIGHT = 32;
/** Assessments at a time, where they have to be waited for. */
const ASSESSED_AT_ONCE = 64;
/**
 * Answers that may wait for a caller who sends everything before it reads anything. Beyond it the request is read no further
 * until the caller reads.
 */
const ANSWER_BYTES_WAITING = 16 * 2 ** 20;

/** What came of a line: the problem that it is, or the place in its batch. */
type Judged = { readonly number: number } & ({ readonly problem: Problem } | { readonly assessed: AssessedRequest });

/**
 * Takes lines of messages as they arrive, and answers each with a line, in order: its position, or the problem with it. What
 * was answered with a position is durable, whatever happens to the rest.
 */
@Injectable()
export class MessageLines {
  constructor(
    @Inject(MessageIntake) private readonly intake: MessageIntake,
    @Inject(MessageMetrics) private readonly metrics: MessageMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The answers, as a stream; ends after the last one, or with an error when the caller is gone. */
  answer(tenant: TenantId, body: Readable): Readable {
    const answers = new PassThrough({ writableHighWaterMark: ANSWER_BYTES_WAITING });
    const abandoned = new AbortController();
    answers.once('close', () => abandoned.abort());
    this.run(tenant, body, { answers, abandoned: abandoned.signal }).then(
      () => answers.end(),
      (error: unknown) => {
        // The caller is gone, or we have a bug; either way an answer cut short says that it is not whole.
        this.logger.debug({ err: error }, 'lines of messages ended early');
        answers.destroy();
      },
    );
    return answers;
  }

  private async run(tenant: TenantId, body: Readable, { answers, abandoned }: Output): Promise<void> {
    const splitter = new LineSplitter(JSON_BYTES_MAX);
    const pending: Promise<void>[] = [];
    let written = Promise.resolve();
    let size = 0;

    const take = async (lines: readonly Line[]): Promise<void> => {
      for (let from = 0; from < lines.length; from += BATCH_LINES) {
        const batch = lines.slice(from, from + BATCH_LINES);
        const judged = await judgeInOrder(batch, ASSESSED_AT_ONCE, (line) => this.judge(tenant, line));
        const texts = this.store(judged);
        written = written.then(async () => send(answers, await texts, abandoned));
        pending.push(written);
        if (pending.length >= APPENDS_IN_FLIGHT) await pending.shift();
      }
    };

    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      size += (chunk as Buffer).length;
      if (size > LINES_BYTES_MAX) break;
      await take(splitter.push(chunk as Buffer));
      if (abandoned.aborted) return;
    }
    if (size <= LINES_BYTES_MAX) await take(splitter.end());
    else body.resume(); // The rest is let go unread, or a caller who sends all before it reads would never be answered.
    await written;
    if (size > LINES_BYTES_MAX) await send(answers, lineOf(new Problem('too-large')), abandoned);
  }

  /** Not a promise where no assessment has to be waited for. */
  private judge(tenant: TenantId, line: Line): Judged | Promise<Judged> {
    const { number } = line;
    try {
      const assessed = this.intake.assess(tenant, parseBody(messageRequestSchema, parseLine(line)));
      if (!(assessed instanceof Promise)) return { number, assessed };
      return assessed.then((late) => ({ number, assessed: late }));
    } catch (error) {
      const problem = problemOf(error);
      this.metrics.notTaken(problem);
      return { number, problem };
    }
  }

  /** The append is begun before this returns; the answers to the lines come when it is durable. */
  private async store(judged: readonly Judged[]): Promise<string> {
    const assessed = judged.flatMap((line) => ('assessed' in line ? [line.assessed] : []));
    const places: readonly Placed[] | Problem = await this.intake.write(assessed).catch((error: unknown) => {
      const problem = problemOf(error);
      this.metrics.notTaken(problem, assessed.length);
      this.logger.warn({ err: error, lines: assessed.length }, 'lines of messages could not be stored');
      return problem;
    });
    let next = 0;
    let text = '';
    for (const line of judged) {
      if ('problem' in line) text += lineOf(line.problem, line.number);
      else if (places instanceof Problem) text += lineOf(places, line.number);
      else text += `{"status":202,"position":"${places[next++]!.position}"}\n`;
    }
    return text;
  }
}

interface Output {
  readonly answers: PassThrough;
  /** Nobody reads the answers any more. */
  readonly abandoned: AbortSignal;
}

function parseLine(line: Line): unknown {
  if (line.kind === 'line') return parseText(line.text);
  if (line.kind === 'too-long') throw new Problem('too-large', { detail: 'A line is at most 1 MiB' });
  throw new Problem('malformed-json', { detail: 'The line is not UTF-8' });
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Problem('malformed-json', { detail: 'The line is not JSON' });
  }
}

function lineOf({ document }: Problem, number?: number): string {
  const { status, ...rest } = document;
  return `${JSON.stringify({ status, line: number, ...rest })}\n`;
}

async function send(answers: PassThrough, text: string, abandoned: AbortSignal): Promise<void> {
  if (abandoned.aborted || text === '' || answers.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      answers.off('drain', done);
      abandoned.removeEventListener('abort', done);
      resolve();
    };
    answers.once('drain', done);
    abandoned.addEventListener('abort', done);
  });
}
