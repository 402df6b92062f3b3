import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readParquetFile } from '@offramp/read-models/testing';
import type { Manifest } from '../export-files.js';

/** A folder as its manifest tells it; throws where a file is not what the manifest says, or there are others. */
export function readFolder(directory: string): { readonly manifest: Manifest; rowsOf(view: string): number } {
  const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Manifest;
  const names = [...manifest.files.map(({ file }) => file), 'manifest.json'].sort();
  expect(readdirSync(directory).sort()).toEqual(names);
  for (const { file, rows, bytes, sha256 } of manifest.files) {
    const content = readFileSync(join(directory, file));
    const found = { rows: rowsIn(file, content), bytes: content.length, sha256: sha256Of(content) };
    expect([file, found]).toEqual([file, { rows, bytes, sha256 }]);
  }
  return { manifest, rowsOf: (view) => manifest.files.find((file) => file.view === view)!.rows };
}

function rowsIn(file: string, content: Buffer): number {
  if (file.endsWith('.parquet')) return readParquetFile(content).rows.length;
  const lines = content.toString().split(file.endsWith('.csv') ? '\r\n' : '\n').length - 1;
  return file.endsWith('.csv') ? lines - 1 : lines;
}

function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
