import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';

/** Where Debian's chromium keeps SwiftShader, a Vulkan driver in software, and a Vulkan loader. */
const folder = '/usr/lib/chromium';

/**
 * The environment in which programs for WebGPU find a GPU on a machine that has none: empty where there is one, where
 * a driver has been chosen, or where there is no software driver either. It must be there when a process starts.
 * @returns {Readonly<Record<string, string>>}
 */
export function softwareVulkan() {
  const driver = `${folder}/vk_swiftshader_icd.json`;
  const { VK_ICD_FILENAMES, VK_DRIVER_FILES, LD_LIBRARY_PATH } = process.env;
  if (VK_ICD_FILENAMES !== undefined || VK_DRIVER_FILES !== undefined) return {};
  if (existsSync('/dev/dri') || !existsSync(driver)) return {};
  const libraries = [LD_LIBRARY_PATH, folder].filter((path) => path !== undefined && path !== '');
  return { VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: libraries.join(delimiter) };
}
