import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    // Each platform's engines are a file of their own, chosen by the conditions of '#engines' in package.json.
    'engines/node/index': 'src/engines/node/index.ts',
    'engines/browser/index': 'src/engines/browser/index.ts',
  },
  external: ['#engines'],
  format: 'esm',
  platform: 'neutral',
  dts: true,
  sourcemap: true,
});
