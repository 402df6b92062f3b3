import { metricsTable } from './metrics-table.js';

/** Bounded, and TEXT-FREE: each takes its values from a list of ours, or is the number of a partition. */
const LABELS = ['topic', 'group', 'partition', 'type', 'outcome', 'verdict', 'decided', 'of'];

it('lists metrics with conventional names, whose labels are few and bounded', async () => {
  const rows = (await metricsTable()).split('\n').filter((line) => line.startsWith('| `'));
  const metrics = rows.map((row) => {
    const [, name = '', type = '', labels = '', , help = ''] = row.split('|').map((cell) => cell.trim());
    return { name: name.replaceAll('`', ''), type, labels: labels.match(/\w+/g) ?? [], help };
  });
  expect(metrics.length).toBeGreaterThan(15);
  for (const { name, type, labels, help } of metrics) {
    expect(name).toMatch(type === 'counter' ? /^offramp_[a-z_]+_total$/ : /^offramp_[a-z_]+(?<!_total)$/);
    expect(labels.filter((label: string) => !LABELS.includes(label))).toEqual([]);
    expect(help.length).toBeGreaterThan(10);
  }
});
