import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Copy, DockerfileParser, From } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const source = readFileSync(join(root, 'Dockerfile'), 'utf8');
const instructions = DockerfileParser.parse(source).getInstructions();
const lastFrom = instructions.findLastIndex((instruction) => instruction instanceof From);
const final = instructions.slice(lastFrom);
const named = (keyword: string) => final.filter((instruction) => instruction.getKeyword() === keyword);

it('has nothing that the linter of editors would underline', () => {
  expect(validate(source).map(({ range, message }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
});

it('begins with one pinned image, the Node that this is tested with or newer', () => {
  const images = instructions.flatMap((instruction) => (instruction instanceof From ? [instruction.getImage()!] : []));
  const outside = new Set(images.filter((image) => image.includes(':')));
  expect([...outside]).toEqual([expect.stringMatching(/^node:\d+\.\d+\.\d+-[a-z]+-slim$/)]);
  const [, major, minor] = /^node:(\d+)\.(\d+)/.exec([...outside][0]!)!.map(Number);
  expect(major! > 20 || (major === 20 && minor! >= 19)).toBe(true);
});

it('names the manifest of every package, so that npm sees the whole workspace', () => {
  const folders = ['libs', 'apps'].flatMap((kind) => readdirSync(join(root, kind)).map((name) => `${kind}/${name}`));
  const wanted = folders.filter((folder) => existsSync(join(root, folder, 'package.json'))).sort();
  const lines = source.match(/^COPY \S+\/package\.json \S+\/$/gm) ?? [];
  expect(lines.sort()).toEqual(wanted.map((folder) => `COPY ${folder}/package.json ${folder}/`).sort());
});

it('copies what is there, and nothing that .dockerignore leaves out', () => {
  const ignore = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  const allowed = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const sources = instructions.flatMap((instruction) =>
    instruction instanceof Copy && instruction.getFlags().every((flag) => flag.getName() !== 'from')
      ? instruction.getArguments().slice(0, -1).map(String)
      : [],
  );
  expect(sources.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(sources.filter((path) => !allowed.includes(path.split('/')[0]!))).toEqual([]);
  expect(ignore[1]).toBe('*');
  for (const pattern of ['**/node_modules', '**/dist']) expect(ignore).toContain(pattern);
});

it('ends in an image without a compiler run in it, that runs as nobody special and says what it is', () => {
  expect(named('RUN')).toEqual([]);
  expect(named('USER').map((user) => user.getArgumentsContent())).toEqual(['1000:1000']);
  const labels = named('LABEL').map(String).join();
  for (const name of ['title', 'description', 'licenses', 'version', 'revision', 'base.name']) {
    expect(labels).toContain(`org.opencontainers.image.${name}=`);
  }
});

it('starts without a shell, so that a signal reaches the process', () => {
  for (const keyword of ['ENTRYPOINT', 'CMD', 'HEALTHCHECK']) {
    const [found] = named(keyword);
    expect(JSON.parse(/\[.*\]$/s.exec(found!.getArgumentsContent()!)![0])).toContainEqual(expect.any(String));
  }
});
