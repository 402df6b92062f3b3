import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Copy, DockerfileParser, From, type Instruction } from 'dockerfile-ast';

/*
 * Does what the Dockerfile says, in folders instead of images and on this machine instead of its base image. What it cannot
 * show: the base image itself, and what a container engine adds.
 */

export interface BuiltImage {
  /** What would be `/` of the container. */
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly healthcheck: readonly string[];
}

interface Stage {
  readonly root: string;
  workdir: string;
  readonly env: Record<string, string>;
  readonly commands: Map<string, readonly string[]>;
}

/** Runs every step of the Dockerfile in `context`; stages lie in `into`. */
export function buildTree(context: string, into: string): BuiltImage {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const instruction of DockerfileParser.parse(
    readFileSync(join(context, 'Dockerfile'), 'utf8'),
  ).getInstructions()) {
    if (instruction instanceof From) stage = begin(instruction, stages, into);
    else if (stage !== undefined) step(instruction, stage, { context, stages });
  }
  const { root, env, commands } = stage!;
  return { root, env, entrypoint: commands.get('ENTRYPOINT')!, healthcheck: commands.get('HEALTHCHECK')! };
}

function begin(from: From, stages: Map<string, Stage>, into: string): Stage {
  const name = from.getBuildStage() ?? `final`;
  const root = join(into, name);
  mkdirSync(root, { recursive: true });
  const base = stages.get(from.getImage()!);
  if (base !== undefined) cpSync(base.root, root, { recursive: true, verbatimSymlinks: true });
  const stage = { root, workdir: base?.workdir ?? '/', env: { ...base?.env }, commands: new Map<string, string[]>() };
  stages.set(name, stage);
  return stage;
}

interface Surroundings {
  readonly context: string;
  readonly stages: ReadonlyMap<string, Stage>;
}

function step(instruction: Instruction, stage: Stage, surroundings: Surroundings): void {
  const keyword = instruction.getKeyword();
  const words = instruction.getArguments().map(String);
  if (instruction instanceof Copy) copy(instruction, stage, surroundings);
  else if (keyword === 'WORKDIR') mkdirSync(join(stage.root, (stage.workdir = words[0]!)), { recursive: true });
  else if (keyword === 'RUN') run(instruction.getArgumentsContent()!, stage);
  else if (keyword === 'ENV') Object.assign(stage.env, Object.fromEntries(words.map((word) => word.split('=', 2))));
  else if (['ENTRYPOINT', 'CMD', 'HEALTHCHECK'].includes(keyword)) {
    stage.commands.set(keyword, JSON.parse(/\[.*\]$/s.exec(instruction.getArgumentsContent()!)![0]) as string[]);
  } else if (!['ARG', 'LABEL', 'USER', 'EXPOSE'].includes(keyword)) throw new Error(`${keyword} is not known here`);
}

function copy(instruction: Copy, stage: Stage, { context, stages }: Surroundings): void {
  const flags = new Map(instruction.getFlags().map((flag) => [flag.getName(), flag.getValue()!]));
  const from = flags.get('from');
  const words = instruction.getArguments().map(String);
  const target = words.pop()!;
  const to = target.startsWith('/') ? join(stage.root, target) : join(stage.root, stage.workdir, target);
  for (const source of words) {
    const path = from === undefined ? join(context, source) : join(stages.get(from)!.root, source);
    const isFile = /\.[a-z]+$|LICENSE|\.npmrc$/.test(basename(source));
    const place = isFile && target.endsWith('/') ? join(to, basename(source)) : to;
    const filter = (each: string): boolean => from !== undefined || !IGNORED.test(each.slice(context.length));
    cpSync(path, place, { recursive: true, verbatimSymlinks: true, filter });
  }
  if (flags.has('chown')) chmodSync(to, 0o777);
}

/** What .dockerignore leaves out inside of the folders that are copied. */
const IGNORED = /\/(node_modules|dist)(\/|$)|\.tsbuildinfo$/;

function run(command: string, { root, workdir, env }: Stage): void {
  const clean = Object.entries(process.env).filter(([name]) => !/^(npm_|OFFRAMP_|NODE_OPTIONS)/.test(name));
  execFileSync('sh', ['-c', command], {
    cwd: join(root, workdir),
    env: { ...Object.fromEntries(clean), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
