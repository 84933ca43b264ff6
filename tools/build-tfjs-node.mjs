// Builds the addon of @tensorflow/tfjs-node from its source, where its own install script cannot download it:
//
//     node tools/build-tfjs-node.mjs [--project FOLDER] [--wheel FILE]
//
// TensorFlow's libraries come from the wheel tensorflow-cpu of PyPI: 270 MB to download, 1 GB on the disk. With
// --project it is installed in a project of yours, else below node_modules/.kd and linked to kd-backend-tfjs, whose
// tests of tfjs-node then run. Linux on x86-64; needs npm, Python 3 with pip, make and a C++ compiler.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { reportWork } from './lib/progress.mjs';
import { compileAddon, installTfjsNode, provideTensorflow } from './lib/tfjs-node-addon.mjs';
import { ToolError } from './lib/tool-error.mjs';
import { root } from './lib/workspace.mjs';

try {
  const { values } = parseArgs({ options: { project: { type: 'string' }, wheel: { type: 'string' } } });
  await build(values);
} catch (error) {
  if (!(error instanceof ToolError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** @param {{ project?: string | undefined, wheel?: string | undefined }} options */
async function build({ project, wheel }) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ToolError(
      `The wheel is for Linux on x86-64, this is ${process.platform} on ${process.arch}. Use tfjs-node's own install script.`,
    );
  }
  if (wheel !== undefined && !existsSync(wheel)) throw new ToolError(`--wheel: there is no file '${wheel}'.`);
  const place = resolve(project ?? join(root, 'node_modules', '.kd', 'tfjs-node'));
  let folder = '';
  await reportWork('Installing tfjs-node without its addon', '', async () => {
    folder = await installTfjsNode(place);
  });
  await reportWork("Getting TensorFlow's libraries", '270 MB unless they are there', () =>
    provideTensorflow(folder, wheel === undefined ? undefined : resolve(wheel)),
  );
  await reportWork('Compiling the addon', '', () => compileAddon(folder));
  if (project === undefined) linkToWorkspace(folder);
  console.log(`@tensorflow/tfjs-node is ready in ${folder}`);
}

/** @param {string} folder */
function linkToWorkspace(folder) {
  const link = join(root, 'packages', 'kd-backend-tfjs', 'node_modules', '@tensorflow', 'tfjs-node');
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true, recursive: true });
  symlinkSync(folder, link);
}
