import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    node: 'src/node.ts',
    // Each platform's way to the decoder is a file of its own, chosen by the conditions of '#jpeg-codec' in package.json.
    'images/jpeg/codec.node': 'src/images/jpeg/codec.node.ts',
    'images/jpeg/codec.browser': 'src/images/jpeg/codec.browser.ts',
    // The worker of parallelLoader, found by its place beside what starts it: '#loader-worker'.
    'loader/workers/open-loader-worker.node': 'src/loader/workers/open-loader-worker.node.ts',
    'loader/workers/open-loader-worker.browser': 'src/loader/workers/open-loader-worker.browser.ts',
    'loader/workers/loader-worker.node': 'src/loader/workers/loader-worker.node.ts',
    'loader/workers/loader-worker.browser': 'src/loader/workers/loader-worker.browser.ts',
  },
  format: 'esm',
  platform: 'neutral',
  dts: true,
  sourcemap: false,
  deps: { neverBundle: [/^node:/, '#jpeg-codec', '#loader-worker'] },
});
