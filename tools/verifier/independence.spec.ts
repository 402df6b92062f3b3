import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const ALLOWED = /^(?:\.\/[\w-]+\.mjs|node:\w+|kafkajs|pg)$/;

it('imports nothing of the product: where both were wrong in the same way it would see nothing', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.mjs'));
  const imports = files.flatMap((file) => {
    const source = readFileSync(join(folder, file), 'utf8');
    const found = source.matchAll(/(?:\bfrom|\bimport\(|\bimport|\)\()\s*'([^']+)'/g);
    return [...found].map(([, name]) => `${file}: ${name}`);
  });
  const others = imports.filter((line) => !ALLOWED.test(line.split(': ')[1]!));
  expect(others).toEqual(['policies.mjs: kafkajs/src/producer/partitioners/default/murmur2.js']);
  expect(imports.length).toBeGreaterThan(20);
});
