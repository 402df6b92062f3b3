import { progressOf } from './restore.js';

const at = (offset: number) => ({ offset, time: offset * 1000 });
const reading = { next: 100, last: undefined, horizon: undefined, progress: {} };

it('goes on after the greatest progress, and from the beginning without one', () => {
  expect(progressOf({ ...reading, progress: { one: at(3), two: at(7), three: at(5) } })).toEqual(at(7));
  expect(progressOf(reading)).toBeUndefined();
});

it('begins from the first input where facts were deleted that a fold from its progress would need', () => {
  const progress = { one: at(7) };
  expect(progressOf({ ...reading, progress, horizon: { at: 7, time: 0 } })).toEqual(at(7));
  expect(progressOf({ ...reading, progress, horizon: { at: 8, time: 0 } })).toBeUndefined();
});
