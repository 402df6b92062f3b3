import { LogError } from '../event-log.js';
import { checkedOffset } from './partition-sender.js';

const entry = { topicName: 'offramp.inbound.v1', partition: 3, errorCode: 0, baseOffset: '17' };

it('takes the offset of an answer that covers what was sent', () => {
  expect(checkedOffset([entry], 'offramp.inbound.v1', 3)).toBe(17);
  expect(checkedOffset([{ ...entry, baseOffset: '0' }], 'offramp.inbound.v1', 3)).toBe(0);
});

it('takes anything else for a send of unknown outcome', () => {
  const answers = [
    [],
    [entry, entry],
    [{ ...entry, partition: 2 }],
    [{ ...entry, topicName: 'offramp.facts.v1' }],
    [{ ...entry, errorCode: 6 }],
    // A broker answers a repeated sequence number like this when it has forgotten where it put the batch.
    [{ ...entry, baseOffset: '-1' }],
    [{ topicName: entry.topicName, partition: 3, errorCode: 0 }],
  ];
  for (const answer of answers) {
    expect(() => checkedOffset(answer, 'offramp.inbound.v1', 3)).toThrow(LogError);
  }
});
