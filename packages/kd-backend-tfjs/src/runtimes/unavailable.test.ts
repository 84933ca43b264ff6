import { expect, it } from 'vitest';
import { tfjsCuda } from '../provider.ts';
import { importNative } from './import-native.ts';
import { missingPeer } from './unavailable.ts';

it.each([
  "Cannot find package 'webgpu' imported from /app/node_modules/kd-backend-tfjs/dist/index.js",
  "Cannot find module 'webgpu'\nRequire stack:\n- /app/main.js",
  'Could not resolve "webgpu" imported by "kd-backend-tfjs". Is it installed?',
  "Failed to resolve module specifier 'webgpu'",
])('says how to install what is not there: %s', (message) => {
  const error = missingPeer('webgpu', new Error(message));
  expect(error).toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    message: 'The package webgpu is not installed. Run: npm install webgpu',
  });
});

it.each([
  "Cannot find module '@mapbox/node-pre-gyp'\nRequire stack:\n- /app/node_modules/webgpu/index.js",
  'libvulkan.so.1: cannot open shared object file',
])('says why what is there does not load: %s', (message) => {
  expect(missingPeer('webgpu', new Error(message)).message).toBe(
    `The package webgpu does not load: ${message}`,
  );
});

it('recognises what this Node says', async () => {
  await expect(importNative('@tensorflow/not-a-package')).rejects.toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    message: expect.stringContaining('npm install @tensorflow/not-a-package'),
  });
});

it('never throws from a probe', async () => {
  const { available, reason } = await tfjsCuda.probe();
  // Either way it says something: the name of the TensorFlow, or what is missing.
  expect([typeof available, reason.length > 0]).toEqual(['boolean', true]);
});
