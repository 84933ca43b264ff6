import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    node: 'src/node.ts',
    // Each platform's way to the decoder is a file of its own, chosen by the conditions of '#jpeg-codec' in package.json.
    'images/jpeg/codec.node': 'src/images/jpeg/codec.node.ts',
    'images/jpeg/codec.browser': 'src/images/jpeg/codec.browser.ts',
  },
  format: 'esm',
  platform: 'neutral',
  dts: true,
  sourcemap: false,
  deps: { neverBundle: [/^node:/, '#jpeg-codec'] },
});
