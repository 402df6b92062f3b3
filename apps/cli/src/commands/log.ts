import { TOPIC_NAMES, isTopic, positionSchema } from '@offramp/events';
import type { Command } from 'commander';
import { badUsage } from '../exits.js';
import { dataDirectory, withServer } from '../installation.js';
import { type Session, interruptible } from '../session.js';

interface Options {
  readonly from?: string;
  readonly partition?: string;
  readonly follow?: boolean;
}

export function addLog(program: Command, session: Session): void {
  program
    .command('log')
    .summary('print a topic')
    .description(
      'Prints a topic as NDJSON, {"position":"3:1041","event":{…}} a line, partitions in order. ' +
        `Topics: ${TOPIC_NAMES.join(', ')} (the version may be left out).`,
    )
    .argument('<topic>')
    .option('--from <position>', 'start there: "3:1041" is offset 1041 of partition 3, before partition 4')
    .option('--partition <number>', 'only this partition')
    .option('--follow', 'go on with what is written from now on, until Ctrl-C')
    .option('--json', 'for symmetry: the output is NDJSON in any case')
    .action((topic: string, options: Options) =>
      interruptible((signal) => printLog(session, { topic, options, signal })),
    );
}

interface Print {
  readonly topic: string;
  readonly options: Options;
  readonly signal: AbortSignal;
}

async function printLog({ env, terminal }: Session, { topic, options, signal }: Print): Promise<void> {
  const name = isTopic(topic) ? topic : `${topic}.v1`;
  if (!isTopic(name)) throw badUsage(`There is no topic ${topic}. Topics: ${TOPIC_NAMES.join(', ')}.`);
  const { from, partition, follow } = options;
  if (from !== undefined && !positionSchema.safeParse(from).success) {
    throw badUsage(`--from ${from}: a position is "partition:offset", for instance 3:1041.`);
  }
  if (partition !== undefined && !/^\d{1,6}$/.test(partition)) {
    throw badUsage(`--partition ${partition}: a partition is a number from 0.`);
  }
  await withServer({ directory: dataDirectory(env), env, signal }, async (api) => {
    for await (const line of api.lines(`/admin/v1/log/${name}`, { from, partition, follow })) await terminal.out(line);
  });
}
