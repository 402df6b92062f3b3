/** Small pieces that the benchmarks share: medians, tables, and the one JSON object that ends each of them. */

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** The value below which `share` (0..1) of the sorted values lie. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}

/** Runs `work` and returns how long it took, ms. */
export async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Prints a table of figures with their targets, then the JSON object. `rows`: {name, value, unit, target?, met?}. */
export function report(benchmark, rows, details = {}) {
  for (const { name, value, unit, target } of rows) {
    const wanted = target === undefined ? '' : `   (wanted: ${target})`;
    process.stdout.write(`${name.padEnd(52)} ${String(value).padStart(12)} ${unit}${wanted}\n`);
  }
  const figures = Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  process.stdout.write(`${JSON.stringify({ benchmark, figures, ...details })}\n`);
}
