import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['kd-source'] },
  ssr: { resolve: { conditions: ['kd-source'] } },
  test: {
    testTimeout: 60_000,
    // The module that registers tfjs-core's gradients uses extensionless imports, which Node refuses.
    server: { deps: { inline: [/tfjs-core\/dist\/(?!tf-core)/] } },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['packages/*/src/**/*.test.ts', 'tools/lib/**/*.test.ts'] },
      },
      {
        // What users install: the packed tarballs in a project of their own.
        extends: true,
        test: {
          name: 'e2e',
          include: ['tools/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          globalSetup: ['./tools/e2e/consumer-project.ts'],
        },
      },
    ],
  },
});
