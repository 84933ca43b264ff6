import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runNpm } from './pnpm.mjs';
import { capture } from './process.mjs';
import { ToolError } from './tool-error.mjs';

const tfjsNodeVersion = '4.22.0';
const nodeGypVersion = '13.1.0';
/** Any of version 2 has the C interface that tfjs-node uses; this one was tried. */
const tensorflowVersion = '2.21.0';

/** What the build needs of the wheel: the libraries, and the headers that `tensorflow/c` includes. */
const wheelParts = {
  lib: ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'],
  include: ['tensorflow/c/', 'tensorflow/core/platform/', 'tsl/', 'xla/tsl/'].map(
    (folder) => `tensorflow/include/${folder}`,
  ),
};

/** Copies members of a zip file, in Python since Node reads no zip files: WHEEL DESTINATION DROPPED_PREFIX PREFIX... */
const extraction = `
import pathlib, shutil, sys, zipfile
wheel, destination, dropped, *prefixes = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith(tuple(prefixes)) and not name.endswith('/'):
            target = pathlib.Path(destination, name[len(dropped):])
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as source, open(target, 'wb') as file:
                shutil.copyfileobj(source, file)
`;

/**
 * Installs `@tensorflow/tfjs-node` below `project` unless it is there, without its install script.
 * @param {string} project
 * @returns {Promise<string>} the package's folder
 */
export async function installTfjsNode(project) {
  const folder = join(project, 'node_modules', '@tensorflow', 'tfjs-node');
  if (existsSync(folder)) return folder;
  mkdirSync(project, { recursive: true });
  const manifest = join(project, 'package.json');
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n');
  const packageName = `@tensorflow/tfjs-node@${tfjsNodeVersion}`;
  requireSuccess(
    `Installing ${packageName}`,
    await runNpm(['install', '--ignore-scripts', '--no-audit', '--no-fund', packageName], { cwd: project }),
  );
  return folder;
}

/**
 * Puts TensorFlow's libraries and headers, from the wheel `tensorflow-cpu` of PyPI, where tfjs-node's build looks.
 * @param {string} folder of tfjs-node
 * @param {string} [wheel] a downloaded wheel; else pip fetches one (270 MB)
 */
export async function provideTensorflow(folder, wheel) {
  const lib = join(folder, 'deps', 'lib');
  if (wheelParts.lib.every((member) => existsSync(join(lib, member.replace('tensorflow/', ''))))) return;
  const scratch = mkdtempSync(join(folder, 'wheel-'));
  try {
    const file = wheel ?? (await downloadWheel(scratch));
    await extract(file, lib, 'tensorflow/', wheelParts.lib);
    await extract(file, join(folder, 'deps', 'include'), 'tensorflow/include/', wheelParts.include);
  } finally {
    rmSync(scratch, { recursive: true });
  }
  // The names that the build links; at run time the libraries are found by those they carry.
  await symlink('libtensorflow_cc.so.2', join(lib, 'libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', join(lib, 'libtensorflow_framework.so'));
}

/**
 * Compiles tfjs-node's addon against those libraries.
 * @param {string} folder of tfjs-node
 */
export async function compileAddon(folder) {
  const { binary } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const napiVersion = Math.max(...binary.napi_versions);
  // Node-API is the same in every Node, so the headers of any will do; without any, node-gyp fetches them.
  const prefix = dirname(dirname(process.execPath));
  const nodeDirectory = existsSync(join(prefix, 'include', 'node', 'node_api.h'))
    ? [`--nodedir=${prefix}`]
    : [];
  const variables = [
    `-Dnapi_build_version=${napiVersion}`,
    `-Dmodule_name=${binary.module_name}`,
    `-Dmodule_path=${binary.module_path.replace('{napi_build_version}', napiVersion)}`,
  ];
  const gyp = ['exec', '--yes', `--package=node-gyp@${nodeGypVersion}`, '--', 'node-gyp', 'rebuild'];
  requireSuccess(
    "Compiling tfjs-node's addon (it needs make and a C++ compiler)",
    await runNpm([...gyp, ...nodeDirectory, '--', ...variables], { cwd: folder }),
  );
}

/**
 * @param {string} destination
 * @returns {Promise<string>} the wheel's path
 */
async function downloadWheel(destination) {
  const wanted = `tensorflow-cpu==${tensorflowVersion}`;
  // The libraries are the same for every Python; pip need not run in one that TensorFlow supports.
  const target = ['--python-version', '3.12', '--platform', 'manylinux_2_27_x86_64', '--only-binary=:all:'];
  requireSuccess(
    `Downloading ${wanted} (it needs Python with pip)`,
    await python(['-m', 'pip', 'download', '--no-deps', ...target, '--dest', destination, wanted]),
  );
  const [wheel] = readdirSync(destination).filter((name) => name.endsWith('.whl'));
  return join(destination, /** @type {string} */ (wheel));
}

/**
 * @param {string} wheel
 * @param {string} destination
 * @param {string} dropped the part of the members' names that is left out
 * @param {readonly string[]} prefixes of the members that are copied
 */
async function extract(wheel, destination, dropped, prefixes) {
  requireSuccess(
    `Unpacking ${wheel}`,
    await python(['-c', extraction, wheel, destination, dropped, ...prefixes]),
  );
}

/** @param {readonly string[]} args */
async function python(args) {
  const program = process.env.PYTHON ?? 'python3';
  try {
    return await capture(program, args);
  } catch (error) {
    throw new ToolError(`${program} was not found. Install Python 3, or name it in PYTHON.`, {
      cause: error,
    });
  }
}

/**
 * @param {string} what
 * @param {{ code: number, output: string }} result
 */
function requireSuccess(what, { code, output }) {
  if (code !== 0) throw new ToolError(`${output}\n${what} failed (exit status ${code}).`);
}
