import { inboundCodec } from '@offramp/events';
import { inboundEvent } from '@offramp/events/testing';
import fc from 'fast-check';
import { isAwaited } from './awaited.js';

it('sees in canonical bytes whether the verdict is wanted, and takes nothing else for it', () => {
  const wanted = fc.option(fc.boolean(), { nil: undefined });
  fc.assert(
    fc.property(inboundEvent, wanted, (event, verdictWanted) => {
      const asked = event.type === 'offramp.message.posted.v1' ? withWish(event, verdictWanted) : event;
      const isWanted = asked !== event && verdictWanted === true;
      expect(isAwaited({ value: inboundCodec.encode(asked) })).toBe(isWanted);
    }),
    { numRuns: 500 },
  );
});

it('looks at no more than there is', () => {
  expect([Buffer.alloc(0), Buffer.from('}}')].map((value) => isAwaited({ value }))).toEqual([false, false]);
});

function withWish<Event extends { readonly data: object }>(event: Event, verdictWanted: boolean | undefined): Event {
  return { ...event, data: { ...event.data, verdictWanted } };
}
