// Installs Debian's chromium where there is no browser for the tests. Uses nothing but Node, since it runs before
// anything is installed.
import { spawnSync } from 'node:child_process';
import { chromiumPlace, findChromium } from './lib/chromium.mjs';

if (findChromium() === undefined && !(installChromium() && findChromium() !== undefined)) {
  console.error(`The tests need ${chromiumPlace}, and it could not be installed.`);
  process.exitCode = 1;
}

function installChromium() {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '--non-interactive'];
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['--yes', '--no-install-recommends'];
  return [
    ['apt-get', 'update'],
    ['apt-get', 'install', ...options, 'chromium'],
  ].every((words) => {
    const [command = '', ...args] = [...asRoot, ...words];
    console.log(`No browser: ${[command, ...args].join(' ')}`);
    return spawnSync(command, args, { stdio: 'inherit', env: environment }).status === 0;
  });
}
