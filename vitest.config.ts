import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { goldenFolder } from './tools/lib/golden.mjs';

const goldenTests = 'packages/kd-parity/src/golden.test.ts';

const projects: TestProjectConfiguration[] = [
  {
    extends: true,
    test: {
      name: 'unit',
      include: ['packages/*/src/**/*.test.ts', 'tools/lib/**/*.test.ts'],
      exclude: [goldenTests],
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

// Values computed by reference implementations are not part of the repository; they are checked where they are.
const golden = goldenFolder();
if (golden !== undefined) {
  projects.push({
    extends: true,
    test: { name: 'golden', include: [goldenTests], env: { KD_GOLDEN: golden } },
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
