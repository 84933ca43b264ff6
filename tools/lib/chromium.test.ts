import { afterEach, expect, test, vi } from 'vitest';
import { findChromium } from './chromium.mjs';

afterEach(() => vi.unstubAllEnvs());

test('KD_CHROMIUM names the browser, and nothing else is taken where it is not there', () => {
  vi.stubEnv('KD_CHROMIUM', process.execPath);
  expect(findChromium()?.executable).toBe(process.execPath);
  vi.stubEnv('KD_CHROMIUM', '/nowhere/chromium');
  expect(findChromium()).toBeUndefined();
});

test('the environment of its Vulkan driver keeps the library path that is set', () => {
  vi.stubEnv('LD_LIBRARY_PATH', '/my/libraries');
  const { vulkan } = findChromium() ?? {};
  if (vulkan !== undefined) expect(vulkan.LD_LIBRARY_PATH).toMatch(/^\/my\/libraries:./);
});
