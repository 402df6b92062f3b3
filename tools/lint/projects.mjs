import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * @typedef {object} Project
 * @property {string} root relative to the repository, with slashes
 * @property {string | undefined} tag its one layer tag; undefined where it has none, or more than one
 * @property {string} packageName
 * @property {readonly string[]} exports the subpaths that its package.json opens, for instance `.` and `./testing`
 * @property {readonly string[]} dependencies
 */

/** @typedef {{ readonly root: string, readonly projects: readonly Project[], readonly devDependencies: readonly string[] }} Workspace */

const LAYER_TAG = /^(lib|app|web):/;

/**
 * Reads every project of the repository: the folders of `libs/` and `apps/`, and the web consoles inside of apps.
 * @param {string} root
 * @returns {Workspace}
 */
export function readWorkspace(root) {
  const roots = ['libs', 'apps'].flatMap((parent) => foldersOf(root, parent));
  const webs = roots.map((folder) => `${folder}/web`).filter((folder) => existsSync(join(root, folder)));
  const manifest = readJson(join(root, 'package.json'));
  return {
    root,
    projects: [...webs, ...roots].map((folder) => readProject(root, folder)),
    devDependencies: Object.keys(manifest.devDependencies ?? {}),
  };
}

/**
 * The project that a file belongs to; undefined for a file of none (tools, bench, the root).
 * @param {Workspace} workspace
 * @param {string} file absolute
 */
export function projectOf(workspace, file) {
  const path = relative(workspace.root, file).split(sep).join('/');
  return workspace.projects.find((project) => path.startsWith(`${project.root}/`));
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {Project}
 */
function readProject(root, folder) {
  const nx = readJson(join(root, folder, 'project.json'));
  const manifest = readJson(join(root, folder, 'package.json'));
  const tags = (nx.tags ?? []).filter((/** @type {string} */ tag) => LAYER_TAG.test(tag));
  return {
    root: folder,
    tag: tags.length === 1 ? tags[0] : undefined,
    packageName: manifest.name ?? folder,
    exports: Object.keys(manifest.exports ?? {}),
    dependencies: Object.keys({
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
      ...manifest.devDependencies,
    }),
  };
}

/**
 * @param {string} root
 * @param {string} parent
 */
function foldersOf(root, parent) {
  if (!existsSync(join(root, parent))) return [];
  const entries = readdirSync(join(root, parent), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => `${parent}/${entry.name}`);
}

/** @param {string} path a missing file reads as an empty object, so that the rule can say what is missing */
function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}
