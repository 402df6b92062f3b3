import { parseDuration } from './duration.js';

describe('an ISO 8601 duration', () => {
  it.each([
    ['P7D', 604_800_000],
    ['P2W', 1_209_600_000],
    ['PT90M', 5_400_000],
    ['PT1H30M', 5_400_000],
    ['P1DT12H', 129_600_000],
    ['PT0S', 0],
    ['P1DT1H1M1S', 90_061_000],
    ['P30D', 2_592_000_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    ...['', 'P', 'PT', 'P1DT', '7D', 'P-1D', 'P1.5D', 'P1M', 'P1Y', 'P1WT1H', 'P1D ', ' P1D', 'p1d', 'PT1H1D'],
    ...['P1D\n', 'P123456D', 'PT1S1M'],
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
