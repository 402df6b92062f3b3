import { type EventLog, openKafkaLog } from '@offramp/log';
import { kafkaConnection, parseConfig } from '@offramp/service/process';
import { type Telling, quietLogger } from './quiet-logger.js';

/** The log of the distributed mode. */
export function openOwnLog(telling: Telling): Promise<EventLog> {
  const { config } = parseConfig(telling.env);
  const connection = kafkaConnection(config, { name: 'cli', logger: quietLogger(telling) });
  return openKafkaLog({ ...connection, dataDir: config.dataDir });
}
