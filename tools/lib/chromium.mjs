import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * @typedef {object} Chromium
 * @property {string} executable
 * @property {Readonly<Record<string, string>> | undefined} vulkan the environment in which Vulkan programs run on the
 *   processor, by the driver that the browser brings along (SwiftShader)
 */

const executables = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Debian's launcher is a script elsewhere than the browser. */
const folders = ['/usr/lib/chromium', '/opt/google/chrome'];

/** What is said where there is none. */
export const chromiumPlace = `a Chromium or Chrome (one of ${executables.slice(0, 2).join(', ')}; KD_CHROMIUM names another; Debian: apt-get install chromium)`;

/**
 * The browser of this machine.
 * @returns {Chromium | undefined}
 */
export function findChromium() {
  const named = process.env.KD_CHROMIUM;
  const executable = (named === undefined ? executables : [named]).find((path) => existsSync(path));
  if (executable === undefined) return undefined;
  const driver = [dirname(realpathSync(executable)), ...folders].find((folder) =>
    existsSync(join(folder, 'vk_swiftshader_icd.json')),
  );
  return {
    executable,
    vulkan:
      driver === undefined
        ? undefined
        : {
            VK_ICD_FILENAMES: join(driver, 'vk_swiftshader_icd.json'),
            // The loader is there too, for machines that have none of their own.
            LD_LIBRARY_PATH: [process.env.LD_LIBRARY_PATH, driver].filter(Boolean).join(':'),
          },
  };
}
