import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { sharedFolder } from './tools/lib/shared.mjs';

const sharedTests = 'packages/*/src/**/*.shared.test.ts';

const projects: TestProjectConfiguration[] = [
  {
    extends: true,
    test: {
      name: 'unit',
      include: ['packages/*/src/**/*.test.ts', 'tools/lib/**/*.test.ts'],
      exclude: [sharedTests],
    },
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
];

// Data sets and values of reference implementations are not part of the repository; they are used where they are.
const shared = sharedFolder();
if (shared !== undefined) {
  projects.push({
    extends: true,
    test: { name: 'shared', include: [sharedTests], env: { KD_SHARED: shared } },
  });
}

export default defineConfig({
  resolve: { conditions: ['kd-source'] },
  ssr: { resolve: { conditions: ['kd-source'] } },
  test: {
    testTimeout: 60_000,
    // The module that registers tfjs-core's gradients uses extensionless imports, which Node refuses.
    server: { deps: { inline: [/tfjs-core\/dist\/(?!tf-core)/] } },
    projects,
  },
});
