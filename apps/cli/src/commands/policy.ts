import { readFile } from 'node:fs/promises';
import type { PolicyDocument } from '@offramp/ladder';
import type { Command } from 'commander';
import type { Api } from '../api.js';
import { badUsage } from '../exits.js';
import { dataDirectory, withServer } from '../installation.js';
import { type Session, interruptible } from '../session.js';

interface PolicyRow {
  readonly id: string;
  readonly document: PolicyDocument;
  readonly builtIn: boolean;
  readonly active: { readonly share: number; readonly since?: string; readonly by: string } | null;
}

interface Options {
  readonly json?: boolean;
}

export function addPolicy(program: Command, session: Session): void {
  const policy = program.command('policy').summary('look at policies').description('Policies are versioned documents.');
  policy
    .command('show')
    .summary('print a policy document')
    .description('Prints the document of a policy; without an id, of the newest that is in force for all threads.')
    .argument('[id]', 'the id of the policy, name@hash')
    .option('--json', 'print one JSON object: id, document')
    .action((id: string | undefined, options: Options) => run(session, (api) => show(api, session, { id, options })));
  policy
    .command('ls')
    .summary('list policies')
    .description('Lists all policies that are known, with the share of the threads that each covers.')
    .option('--json', 'print a JSON object a line: id, builtIn, active')
    .action((options: Options) => run(session, (api) => list(api, session, options)));
  policy
    .command('check')
    .summary('check a policy document')
    .description('Checks a document against the schema and the floors that no policy can lower, and tells its id.')
    .argument('<file>', 'a JSON file')
    .option('--json', 'print one JSON object: id')
    .action((file: string, options: Options) => run(session, (api) => check(api, session, { file, options })));
}

function run(session: Session, command: (api: Api) => Promise<void>): Promise<void> {
  const { env } = session;
  return interruptible((signal) => withServer({ directory: dataDirectory(env), env, signal }, command));
}

interface Show {
  readonly id: string | undefined;
  readonly options: Options;
}

async function show(api: Api, { terminal }: Session, { id, options }: Show): Promise<void> {
  const policy =
    id === undefined ? await inForce(api) : await api.get<PolicyRow>(`/v1/policies/${encodeURIComponent(id)}`);
  if (options.json === true) {
    await terminal.out(JSON.stringify({ id: policy.id, document: policy.document }));
    return;
  }
  await terminal.out(`${policy.id}  ${coverage(policy)}`);
  await terminal.out(JSON.stringify(policy.document, null, 2));
}

async function list(api: Api, { terminal }: Session, { json }: Options): Promise<void> {
  const policies = await policiesOf(api);
  const width = Math.max(...policies.map(({ id }) => id.length));
  for (const policy of policies) {
    const { id, builtIn, active } = policy;
    await terminal.out(
      json === true ? JSON.stringify({ id, builtIn, active }) : `${id.padEnd(width)}  ${coverage(policy)}`,
    );
  }
}

interface Check {
  readonly file: string;
  readonly options: Options;
}

async function check(api: Api, { terminal }: Session, { file, options }: Check): Promise<void> {
  const { body } = await api.post<{ readonly id: string }>('/v1/policies/check', await documentIn(file));
  await terminal.out(options.json === true ? JSON.stringify({ id: body.id }) : `${body.id} is a valid policy.`);
}

async function documentIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw badUsage(`${file} is not there, or is not JSON (${error instanceof Error ? error.message : String(error)}).`);
  }
}

async function policiesOf(api: Api): Promise<readonly PolicyRow[]> {
  return (await api.get<{ readonly data: readonly PolicyRow[] }>('/v1/policies')).data;
}

/** Of those that cover every thread, the newest holds; from the beginning, the built-in one. */
async function inForce(api: Api): Promise<PolicyRow> {
  const covering = (await policiesOf(api)).filter(({ active }) => active?.share === 1);
  return covering.reduce((newest, policy) =>
    (policy.active?.since ?? '') > (newest.active?.since ?? '') ? policy : newest,
  );
}

function coverage({ builtIn, active }: PolicyRow): string {
  const share = active === null ? 'covers no thread' : `covers ${Math.round(active.share * 100)} % of the threads`;
  const since = active?.since === undefined ? '' : ` since ${active.since}, activated by ${active.by}`;
  return `${share}${since}${builtIn ? ' (built in)' : ''}`;
}
