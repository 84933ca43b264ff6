import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/gradients.ts', 'src/node.ts'],
  format: 'esm',
  platform: 'neutral',
  dts: true,
  sourcemap: false,
  deps: {
    neverBundle: [/^node:/, /^@tensorflow\/tfjs-core$/, 'kd-core/gradients'],
    // Node cannot import this deep path of tfjs-core (extensionless imports), so it is bundled.
    alwaysBundle: [/^@tensorflow\/tfjs-core\/dist\//],
    onlyBundle: ['@tensorflow/tfjs-core'],
  },
});
