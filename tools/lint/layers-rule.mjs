import { isBuiltin } from 'node:module';
import { dirname, resolve } from 'node:path';
import { ALLOWED_EDGES, OWNED_PACKAGES, matches } from './layers.mjs';
import { projectOf, readWorkspace } from './projects.mjs';

/** @typedef {import('./projects.mjs').Workspace} Workspace */
/** @typedef {import('./projects.mjs').Project} Project */

/** Tests, and what only tests import: they may use the repository's own tools (fast-check, jest) and `./testing`. */
const TEST_FILE = /\.spec\.ts$|\/(testing|contract)\//;

/**
 * The layer rules of docs/adr/0004, on each import of a file under `libs/` or `apps/`.
 * @type {import('eslint').Rule.RuleModule}
 */
export const layersRule = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', properties: { root: { type: 'string' } }, required: ['root'] }],
    messages: {
      untagged: '{{project}} has no layer: give its project.json exactly one tag of tools/lint/layers.mjs.',
      edge: '{{from}} must not import {{to}} (tools/lint/layers.mjs).',
      owned: '{{from}} must not import {{name}}: only {{owners}} may (tools/lint/layers.mjs).',
      relative: 'A relative import must not leave its project; import the package by its name.',
      deep: '{{name}} is not open: import what the package.json of {{package}} exports.',
      testing: '{{name}} is for tests only.',
      undeclared: '{{name}} is not among the dependencies of {{package}}.',
    },
  },
  create(context) {
    const workspace = workspaceAt(context.options[0].root);
    const from = projectOf(workspace, context.filename);
    if (from === undefined) return {};
    if (from.tag === undefined || ALLOWED_EDGES[from.tag] === undefined) {
      return {
        Program: (node) => context.report({ node, messageId: 'untagged', data: { project: from.root } }),
      };
    }
    /** @param {import('estree').Node | null | undefined} source */
    const check = (source) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const problem = problemOf(workspace, from, { file: context.filename, specifier: source.value });
      if (problem !== undefined) context.report({ node: source, ...problem });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (/** @type {any} */ node) => check(node.source ?? node.argument?.literal),
    };
  },
};

/**
 * @param {Workspace} workspace
 * @param {Project} from
 * @param {{ file: string, specifier: string }} found
 */
function problemOf(workspace, from, { file, specifier }) {
  if (specifier.startsWith('.')) {
    const target = projectOf(workspace, resolve(dirname(file), specifier));
    return target === from ? undefined : { messageId: 'relative' };
  }
  if (isBuiltin(specifier)) return undefined;
  const name = packageOf(specifier);
  const isTest = TEST_FILE.test(file);
  const target = workspace.projects.find((project) => project.packageName === name);
  if (target !== undefined) return problemOfEdge(from, target, { specifier, isTest });
  const owner = OWNED_PACKAGES.find(({ packages }) => packages.test(name));
  if (owner !== undefined && !matches(from.tag ?? '', owner.tags)) {
    return { messageId: 'owned', data: { from: from.tag ?? '', name, owners: owner.tags.join(', ') } };
  }
  const known = isTest ? [...from.dependencies, ...workspace.devDependencies] : from.dependencies;
  if (known.includes(name)) return undefined;
  return { messageId: 'undeclared', data: { name, package: from.packageName } };
}

/**
 * @param {Project} from
 * @param {Project} target
 * @param {{ specifier: string, isTest: boolean }} found
 */
function problemOfEdge(from, target, { specifier, isTest }) {
  const { packageName } = target;
  const subpath = `.${specifier.slice(packageName.length)}`;
  if (target !== from && !matches(target.tag ?? 'none:', ALLOWED_EDGES[from.tag ?? ''] ?? [])) {
    return { messageId: 'edge', data: { from: from.tag ?? '', to: target.tag ?? target.root } };
  }
  if (!target.exports.includes(subpath)) return { messageId: 'deep', data: { name: specifier, package: packageName } };
  if (subpath === './testing' && !isTest) return { messageId: 'testing', data: { name: specifier } };
  if (target !== from && !from.dependencies.includes(packageName)) {
    return { messageId: 'undeclared', data: { name: packageName, package: from.packageName } };
  }
  return undefined;
}

/** @param {string} specifier */
function packageOf(specifier) {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Read once for a run of lint: the rule is created again for each file. @type {Map<string, Workspace>} */
const workspaces = new Map();

/** @param {string} root */
function workspaceAt(root) {
  const known = workspaces.get(root);
  if (known !== undefined) return known;
  const workspace = readWorkspace(root);
  workspaces.set(root, workspace);
  return workspace;
}
