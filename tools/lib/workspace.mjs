import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository root. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

const binFolder = join(root, 'node_modules', '.bin');

/**
 * @typedef {object} WorkspacePackage
 * @property {string} name
 * @property {string} folder absolute path
 * @property {boolean} isPrivate
 * @property {Readonly<Record<string, any>>} manifest
 */

/**
 * The packages under `packages/`, by name.
 * @returns {readonly WorkspacePackage[]}
 */
export function listPackages() {
  const parent = join(root, 'packages');
  return readdirSync(parent)
    .map((name) => join(parent, name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return { name: manifest.name, folder, isPrivate: manifest.private === true, manifest };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The Node that the workspace brings along, whatever Node started this process. */
export function workspaceNode() {
  return join(binFolder, process.platform === 'win32' ? 'node.exe' : 'node');
}

/** The JavaScript file behind the `kd` command. */
export function cliEntry() {
  return packageBin(join(root, 'packages', 'kd-cli'), 'kd');
}

/**
 * The file behind an executable of a development dependency.
 * @param {string} dependency
 * @param {string} [name]
 */
export function dependencyBin(dependency, name = dependency) {
  return packageBin(join(root, 'node_modules', dependency), name);
}

/**
 * @param {string} folder
 * @param {string} name
 */
function packageBin(folder, name) {
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = typeof bin === 'string' ? bin : bin?.[name];
  if (file === undefined) throw new Error(`${join(folder, 'package.json')} has no executable '${name}'.`);
  return join(folder, file);
}

/**
 * The environment in which tools find the workspace's Node and executables first.
 * @param {Readonly<Record<string, string>>} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
export function workspaceEnvironment(extra = {}) {
  return { ...process.env, PATH: `${binFolder}${delimiter}${process.env.PATH ?? ''}`, ...extra };
}
