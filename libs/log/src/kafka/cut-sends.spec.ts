import fc from 'fast-check';
import { cutDecisions } from './cut-sends.js';
import { SEND_BYTES_MAX } from './partition-sender.js';

const decision = (offset: number, index: number, bytes: number) => ({
  key: 'acme/t1',
  value: Buffer.from(JSON.stringify({ type: 'x', data: { position: `3:${offset}`, index, pad: 'x'.repeat(bytes) } })),
});

it('cuts decisions into sends of at most 512 kB, in order, never within what one input caused', () => {
  const input = fc.record({ outputs: fc.integer({ min: 1, max: 4 }), bytes: fc.nat(150_000) });
  fc.assert(
    fc.property(fc.array(input, { maxLength: 30 }), (inputs) => {
      const decisions = inputs.flatMap(({ outputs, bytes }, offset) =>
        Array.from({ length: outputs }, (_, index) => decision(offset, index, bytes)),
      );
      const sends = cutDecisions(decisions);
      const sent = sends.flat();
      expect(sent.length).toBe(decisions.length);
      expect(sent.every(({ value }, index) => decisions[index]!.value.equals(value!))).toBe(true);
      const positions = sends.map((send) => new Set(send.map(({ value }) => positionOf(value!))));
      for (const [index, each] of positions.entries()) {
        for (const position of each) expect(positions[index + 1]?.has(position) ?? false).toBe(false);
        const size = sends[index]!.reduce((sum, { value }) => sum + value!.length, 0);
        if (size > SEND_BYTES_MAX) expect(each.size).toBe(1);
      }
    }),
    { numRuns: 30 },
  );
});

it('cuts no more than it has to', () => {
  const small = Array.from({ length: 1000 }, (_, offset) => decision(offset, 0, 10));
  expect(cutDecisions(small).length).toBe(1);
  expect(cutDecisions([])).toEqual([]);
});

it('copies', () => {
  const value = Buffer.from('first');
  const sends = cutDecisions([{ key: '', value }]);
  value.write('wrong');
  expect(sends[0]![0]!.value!.toString()).toBe('first');
});

function positionOf(value: Buffer): string {
  return (JSON.parse(value.toString()) as { data: { position: string } }).data.position;
}
