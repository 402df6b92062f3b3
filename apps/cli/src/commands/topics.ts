import type { Command } from 'commander';
import { LogError, ensureTopics } from '@offramp/log';
import { ConfigError, kafkaConnection, parseConfig } from '@offramp/service/process';
import { badUsage, unavailable } from '../exits.js';
import { quietLogger } from '../quiet-logger.js';
import { type Session, interruptible } from '../session.js';

interface Options {
  readonly json?: boolean;
}

const PARTITIONS_DEFAULT = 8;

export function addTopics(program: Command, session: Session): void {
  const topics = program.command('topics').summary('create topics').description('The topics of the distributed mode.');
  topics
    .command('ensure')
    .summary('create what is missing, and set what is otherwise')
    .description(
      'Creates the topics on the cluster OFFRAMP_KAFKA_BROKERS with OFFRAMP_PARTITIONS partitions (default 8), and sets ' +
        'the settings of those that exist. Changing nothing where all is as it should be, it may be run at every start. The ' +
        'number of partitions of a topic is never changed.',
    )
    .option('--json', 'print a JSON object for each topic: topic, done, changed')
    .action((options: Options) => interruptible(() => ensure(session, options)));
}

async function ensure(session: Session, { json }: Options): Promise<void> {
  const { env, terminal } = session;
  for (const report of await reports(session, env)) {
    const changed = report.changed.length === 0 ? '' : ` (${report.changed.join(', ')})`;
    await terminal.out(json === true ? JSON.stringify(report) : `${report.topic}  ${report.done}${changed}`);
  }
}

async function reports(session: Session, env: NodeJS.ProcessEnv) {
  try {
    const { config } = parseConfig(env);
    const connection = kafkaConnection(config, { name: 'cli', logger: quietLogger(session) });
    const contentRetentionMs = Math.max(
      ...[config.content, config.comments].map((kept) => ('ms' in kept ? kept.ms : 0)),
    );
    return await ensureTopics({
      ...connection,
      partitions: config.partitions ?? PARTITIONS_DEFAULT,
      ...(contentRetentionMs > 0 && { contentRetentionMs }),
    });
  } catch (error) {
    if (error instanceof ConfigError) throw badUsage(error.message);
    if (error instanceof LogError) throw error.retriable ? unavailable(error.message, error) : badUsage(error.message);
    throw error;
  }
}
