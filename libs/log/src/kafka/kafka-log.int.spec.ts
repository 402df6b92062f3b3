/** The contract of an event log, by real brokers. @requires kafka */
import { eventLogContract } from '../contract/event-log-contract.js';
import { openTemporaryKafkaLog } from '../testing/temporary-kafka-log.js';

eventLogContract('The Kafka log', {
  open: ({ partitions }) => openTemporaryKafkaLog({ partitions }),
  features: { clock: false, oneMember: false },
});
