import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['kd-source'] },
  ssr: { resolve: { conditions: ['kd-source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts'],
    testTimeout: 60_000,
    // The module that registers tfjs-core's gradients uses extensionless imports, which Node refuses.
    server: { deps: { inline: [/tfjs-core\/dist\/(?!tf-core)/] } },
  },
});
