// Makes a Python environment with TensorBoard in the folder that is given, for the test that lets it read our event files, and
// prints its interpreter. Where there is no Python or no package index, it says so and fails; the test is then left out with that reason.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const [folder = ''] = process.argv.slice(2);
const python = join(folder, 'bin', 'python');

if (folder === '') {
  console.error('Usage: node tools/ensure-tensorboard.mjs FOLDER');
  process.exitCode = 2;
} else if (install()) {
  console.log(python);
} else {
  console.error('TensorBoard could not be installed: the test that opens event files with it is left out.');
  process.exitCode = 1;
}

function install() {
  return [
    ['python3', '-m', 'venv', folder],
    [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'tensorboard'],
  ].every(([command = '', ...args]) => {
    // What these say is no interpreter.
    return spawnSync(command, args, { stdio: ['ignore', 2, 2] }).status === 0;
  });
}
