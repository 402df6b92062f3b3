import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { SCOPES, type Scope, keyTenantSchema } from '@offramp/events';
import { confirmed } from '../confirm.js';
import { badUsage } from '../exits.js';
import { type KeyBook, type KeyRow, withKeys } from '../key-book.js';
import type { Session } from '../session.js';

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
    .action((options: Create) => withKeys(session, (book) => create(book, session, options)));
  keys
    .command('ls')
    .summary('list all keys')
    .description('Lists all keys, revoked ones too; what they are is not known to anybody.')
    .option('--json', 'print a JSON object a line')
    .action((options: { json?: boolean }) => withKeys(session, (book) => list(book, session, options)));
  keys
    .command('revoke')
    .summary('revoke a key')
    .description('No call with this key is let in any more, from now on and for ever.')
    .argument('<id>', 'the id of the key, as `offramp keys ls` shows it')
    .addOption(by())
    .option('--yes', 'do it without asking')
    .option('--json', 'print one JSON object: keyId, tenant')
    .action((id: string, options: Revoke) =>
      withKeys(session, (book, signal) => revoke(book, session, { id, options, signal })),
    );
}

async function create(book: KeyBook, { terminal }: Session, options: Create): Promise<void> {
  const { name, by, json, dryRun } = options;
  const scopes = scopesIn(options.scopes);
  const tenant = tenantIn(options.tenant);
  if (dryRun === true) {
    await terminal.out(json === true ? '{}' : `Would create a key of ${tenant} for ${scopes.join(', ')}.`);
    return;
  }
  const created = await book.create({ tenant, scopes, name, by });
  if (json !== true)
    terminal.err(`Key ${created.keyId} of ${tenant}, for ${scopes.join(', ')}. It is shown this once:`);
  await terminal.out(json === true ? JSON.stringify(created) : created.key);
}

function tenantIn(text: string) {
  const parsed = keyTenantSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw badUsage(`--tenant ${text}: ${parsed.error.issues[0]!.message}`);
}

function scopesIn(text: string): readonly Scope[] {
  const scopes = text.split(',').map((scope) => scope.trim());
  const wrong = scopes.find((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (wrong !== undefined) throw badUsage(`--scopes ${text}: "${wrong}" is not one of ${SCOPES.join(', ')}.`);
  return scopes as Scope[];
}

async function list(book: KeyBook, { terminal }: Session, { json }: { json?: boolean }): Promise<void> {
  for (const key of await book.list()) await terminal.out(json === true ? JSON.stringify(key) : inWords(key));
}

function inWords({ keyId, tenant, scopes, name, createdAt, createdBy, revokedAt }: KeyRow): string {
  const state = revokedAt === undefined ? '' : `, revoked ${revokedAt}`;
  return `${keyId}  ${tenant}  ${scopes.join(',')}  ${name}  created ${createdAt} by ${createdBy}${state}`;
}

interface Revocation {
  readonly id: string;
  readonly options: Revoke;
  readonly signal: AbortSignal;
}

async function revoke(book: KeyBook, session: Session, { id, options, signal }: Revocation): Promise<void> {
  const { by, yes, json } = options;
  const what = `Every call with the key ${id} will be refused, for ever.`;
  await confirmed(session, { what, word: 'revoke', yes, signal });
  const { keyId, tenant } = await book.revoke(id, by);
  await session.terminal.out(
    json === true ? JSON.stringify({ keyId, tenant }) : `The key ${keyId} of ${tenant} is revoked.`,
  );
}
