import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { SCOPES, type Scope } from '@offramp/events';
import type { Api } from '../api.js';
import { badUsage } from '../exits.js';
import { dataDirectory, withServer } from '../installation.js';
import { type Session, interruptible } from '../session.js';

interface KeyRow {
  readonly keyId: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly name: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly revokedAt?: string;
}

interface Create {
  readonly tenant: string;
  readonly scopes: string;
  readonly name: string;
  readonly by: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

interface Revoke {
  readonly by: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function addKeys(program: Command, session: Session): void {
  const keys = program
    .command('keys')
    .summary('create, list and revoke keys')
    .description('Keys of the HTTP interface.');
  const by = () => new Option('--by <actor>', 'who does it').default(userInfo().username);
  keys
    .command('create')
    .summary('create a key of a tenant')
    .description('Creates a key and prints it, once: only a hash of it is stored.')
    .requiredOption('--tenant <tenant>', 'the tenant that every call with this key belongs to')
    .requiredOption('--scopes <scopes>', `what it may be used for, with commas between: ${SCOPES.join(', ')}`)
    .option('--name <name>', 'what it is for', 'unnamed')
    .addOption(by())
    .option('--dry-run', 'check everything and create nothing')
    .option('--json', 'print one JSON object: key, keyId')
    .action((options: Create) => run(session, (api) => create(api, session, options)));
  keys
    .command('ls')
    .summary('list all keys')
    .description('Lists all keys, revoked ones too; what they are is not known to anybody.')
    .option('--json', 'print a JSON object a line')
    .action((options: { json?: boolean }) => run(session, (api) => list(api, session, options)));
  keys
    .command('revoke')
    .summary('revoke a key')
    .description('No call with this key is let in any more, from now on and for ever.')
    .argument('<id>', 'the id of the key, as `offramp keys ls` shows it')
    .addOption(by())
    .option('--yes', 'do it; without this, nothing happens')
    .option('--json', 'print one JSON object: keyId, tenant')
    .action((id: string, options: Revoke) => run(session, (api) => revoke(api, session, { id, options })));
}

function run(session: Session, command: (api: Api) => Promise<void>): Promise<void> {
  // A server of our own, where none runs, listens on a loopback address: it needs no key to create the first one.
  const { env } = session;
  return interruptible((signal) => withServer({ directory: dataDirectory(env), env, signal }, command));
}

async function create(api: Api, { terminal }: Session, options: Create): Promise<void> {
  const { tenant, name, by, json, dryRun } = options;
  const scopes = scopesIn(options.scopes);
  if (dryRun === true) {
    await terminal.out(json === true ? '{}' : `Would create a key of ${tenant} for ${scopes.join(', ')}.`);
    return;
  }
  const { body } = await api.post<{ key: string; keyId: string }>('/admin/v1/keys', { tenant, scopes, name, by });
  if (json !== true) terminal.err(`Key ${body.keyId} of ${tenant}, for ${scopes.join(', ')}. It is shown this once:`);
  await terminal.out(json === true ? JSON.stringify(body) : body.key);
}

function scopesIn(text: string): readonly Scope[] {
  const scopes = text.split(',').map((scope) => scope.trim());
  const wrong = scopes.find((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (wrong !== undefined) throw badUsage(`--scopes ${text}: "${wrong}" is not one of ${SCOPES.join(', ')}.`);
  return scopes as Scope[];
}

async function list(api: Api, { terminal }: Session, { json }: { json?: boolean }): Promise<void> {
  const { data } = await api.get<{ data: readonly KeyRow[] }>('/admin/v1/keys');
  for (const key of data) await terminal.out(json === true ? JSON.stringify(key) : inWords(key));
}

function inWords({ keyId, tenant, scopes, name, createdAt, createdBy, revokedAt }: KeyRow): string {
  const state = revokedAt === undefined ? '' : `, revoked ${revokedAt}`;
  return `${keyId}  ${tenant}  ${scopes.join(',')}  ${name}  created ${createdAt} by ${createdBy}${state}`;
}

interface Revocation {
  readonly id: string;
  readonly options: Revoke;
}

async function revoke(api: Api, { terminal }: Session, { id, options: { by, yes, json } }: Revocation): Promise<void> {
  if (yes !== true) throw badUsage(`Every call with the key ${id} would be refused. Say --yes to do it.`);
  const { keyId, tenant } = await api.delete<KeyRow>(`/admin/v1/keys/${encodeURIComponent(id)}`, { by });
  await terminal.out(json === true ? JSON.stringify({ keyId, tenant }) : `The key ${keyId} of ${tenant} is revoked.`);
}
