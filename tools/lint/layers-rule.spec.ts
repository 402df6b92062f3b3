import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import { layersRule } from './layers-rule.mjs';

/** A small repository on disk: the rule reads real project.json and package.json files. */
const FILES: Record<string, unknown> = {
  'package.json': { workspaces: ['libs/*', 'apps/*'], devDependencies: { 'fast-check': '1.0.0' } },
  ...library('events', []),
  ...library('ladder', ['@offramp/events', 'zod']),
  ...library('log', ['@offramp/events', '@offramp/ladder', 'lmdb', 'kafkajs']),
  ...library('assess', ['@offramp/events', '@offramp/ladder', '@offramp/log', 'lmdb']),
  ...library('read-models', ['@offramp/events', 'pg', 'typeorm', '@electric-sql/pglite']),
  ...library('service', ['@offramp/log', '@nestjs/common', 'pg']),
  ...application('ingest', ['@offramp/log', '@offramp/decider', '@nestjs/core', 'lmdb']),
  ...application('decider', ['@offramp/log']),
  ...application('standalone', ['@offramp/ingest', '@offramp/cli']),
  ...application('cli', ['@offramp/standalone', '@offramp/read-models']),
  'apps/console/project.json': { tags: ['app:console'] },
  'apps/console/package.json': { name: '@offramp/console', exports: { '.': {} } },
  'apps/console/web/project.json': { tags: ['web:console'] },
  'apps/console/web/package.json': {
    name: '@offramp/web',
    dependencies: { react: '1.0.0', '@offramp/events': '0.1.0' },
  },
  'libs/untagged/project.json': { tags: ['somebody:else'] },
  'libs/untagged/package.json': { name: '@offramp/untagged' },
  'libs/unlisted/project.json': { tags: ['lib:unlisted'] },
  'libs/unlisted/package.json': { name: '@offramp/unlisted' },
};

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'offramp-layers-'));
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), JSON.stringify(content));
  }
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('layers', () => {
  it.each([
    ['libs/ladder/src/fold.ts', "import { position } from '@offramp/events';"],
    ['libs/ladder/src/fold.ts', "import type { Fact } from './facts.js';"],
    ['libs/log/src/embedded/store.ts', "import { open } from 'lmdb';"],
    ['libs/log/src/kafka/reader.ts', "import { Kafka } from 'kafkajs';"],
    ['libs/log/src/event-log.ts', "import type { Facts } from '@offramp/ladder';"],
    ['libs/read-models/src/database.ts', "import { PGlite } from '@electric-sql/pglite';"],
    ['libs/service/src/problem.ts', "import { Catch } from '@nestjs/common';"],
    ['libs/service/src/transport.ts', "import type { EventLog } from '@offramp/log';"],
    ['libs/ladder/src/fold.spec.ts', "import fc from 'fast-check';"],
    ['libs/ladder/src/fold.spec.ts', "import { inboundEvent } from '@offramp/events/testing';"],
    ['apps/ingest/src/main.ts', "import { NestFactory } from '@nestjs/core';"],
    ['apps/ingest/src/main.ts', "import { readFile } from 'node:fs/promises';"],
    ['apps/standalone/src/main.ts', "import { IngestModule } from '@offramp/ingest';"],
    ['apps/console/web/src/app.ts', "import { useState } from 'react';"],
    ['bench/fold.ts', "import { open } from 'lmdb'; import { fold } from '../libs/ladder/src/fold.js';"],
    ['tools/anything.ts', "import { Client } from 'pg';"],
  ])('%s may write %s', (file, code) => {
    expect(problems(file, code)).toEqual([]);
  });

  it.each([
    ['edge', 'libs/events/src/ids.ts', "import { fold } from '@offramp/ladder';"],
    ['edge', 'libs/events/src/ids.ts', "import type { Fact } from '@offramp/ladder';"],
    ['edge', 'libs/events/src/ids.ts', "export { fold } from '@offramp/ladder';"],
    ['edge', 'libs/events/src/ids.ts', "export const later = import('@offramp/ladder');"],
    ['edge', 'libs/events/src/ids.ts', "export type F = import('@offramp/ladder').Fact;"],
    ['edge', 'libs/ladder/src/fold.ts', "import type { EventLog } from '@offramp/log';"],
    ['edge', 'libs/ladder/src/fold.spec.ts', "import { openLog } from '@offramp/log';"],
    ['edge', 'libs/assess/src/rules.ts', "import type { EventLog } from '@offramp/log';"],
    ['edge', 'libs/service/src/config.ts', "import { explain } from '@offramp/ladder';"],
    ['edge', 'apps/ingest/src/main.ts', "import { PartitionLoop } from '@offramp/decider';"],
    ['edge', 'apps/cli/src/main.ts', "import { start } from '@offramp/standalone';"],
    ['edge', 'apps/standalone/src/main.ts', "import { run } from '@offramp/cli';"],
    ['edge', 'apps/console/web/src/app.ts', "import { position } from '@offramp/events';"],
    ['edge', 'apps/ingest/src/main.ts', "import { x } from '@offramp/untagged';"],
    ['owned', 'libs/assess/src/rules.ts', "import { open } from 'lmdb';"],
    ['owned', 'apps/ingest/src/main.ts', "import { open } from 'lmdb';"],
    ['owned', 'apps/decider/src/main.ts', "import { Kafka } from 'kafkajs';"],
    ['owned', 'libs/service/src/health.ts', "import { Pool } from 'pg';"],
    ['owned', 'libs/log/src/event-log.ts', "import { DataSource } from 'typeorm';"],
    ['owned', 'libs/log/src/event-log.ts', "import { PGliteSocketServer } from '@electric-sql/pglite-socket';"],
    ['owned', 'libs/read-models/src/database.ts', "import { Injectable } from '@nestjs/common';"],
    ['owned', 'libs/ladder/src/fold.ts', "import { Injectable } from '@nestjs/common';"],
    ['deep', 'libs/ladder/src/fold.ts', "import { sha256Hex } from '@offramp/events/src/hash.js';"],
    ['deep', 'libs/ladder/src/fold.ts', "import { sha256Hex } from '@offramp/events/dist/hash.js';"],
    ['relative', 'libs/ladder/src/fold.ts', "import { sha256Hex } from '../../events/src/hash.js';"],
    ['relative', 'apps/ingest/src/main.ts', "import { run } from '../../../tools/run/child.mjs';"],
    ['testing', 'libs/ladder/src/fold.ts', "import { inboundEvent } from '@offramp/events/testing';"],
    ['undeclared', 'libs/assess/src/rules.ts', "import { z } from 'zod';"],
    ['undeclared', 'libs/ladder/src/fold.ts', "import fc from 'fast-check';"],
    ['undeclared', 'libs/service/src/keys.ts', "import { threadKey } from '@offramp/events';"],
    ['untagged', 'libs/untagged/src/index.ts', 'export const one = 1;'],
    ['untagged', 'libs/unlisted/src/index.ts', 'export const one = 1;'],
  ])('%s: %s must not write %s', (messageId, file, code) => {
    expect(problems(file, code)).toEqual([messageId]);
  });
});

function problems(file: string, code: string): string[] {
  const linter = new Linter({ cwd: root });
  const config = {
    files: ['**/*.ts'],
    languageOptions: { parser: parser as Linter.Parser },
    plugins: { offramp: { rules: { layers: layersRule } } },
    rules: { 'offramp/layers': ['error', { root }] },
  } satisfies Linter.Config;
  return linter.verify(code, config, join(root, file)).map((message) => message.messageId ?? message.message);
}

function library(name: string, dependencies: readonly string[]): Record<string, unknown> {
  return project(`libs/${name}`, `lib:${name}`, dependencies);
}

function application(name: string, dependencies: readonly string[]): Record<string, unknown> {
  return project(`apps/${name}`, `app:${name}`, dependencies);
}

function project(folder: string, tag: string, dependencies: readonly string[]): Record<string, unknown> {
  return {
    [`${folder}/project.json`]: { tags: [tag] },
    [`${folder}/package.json`]: {
      name: `@offramp/${folder.split('/')[1]}`,
      exports: { '.': {}, './testing': {} },
      dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, '0.1.0'])),
    },
  };
}
