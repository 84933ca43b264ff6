import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { findChromium } from './tools/lib/chromium.mjs';
import { sharedFolder } from './tools/lib/shared.mjs';
import { runsSlowTests } from './tools/lib/slow-tests.mjs';

const sharedTests = 'packages/*/src/**/*.shared.test.ts';
const webgpuTests = 'packages/*/src/**/*.webgpu.test.ts';
const browserTests = 'packages/*/src/**/*.browser.test.ts';
const slowTests = 'packages/*/src/**/*.slow.test.ts';
const slowSharedTests = 'packages/*/src/**/*.slow.shared.test.ts';

const projects: TestProjectConfiguration[] = [
  {
    extends: true,
    test: {
      name: 'unit',
      include: ['packages/*/src/**/*.test.ts', 'tools/lib/**/*.test.ts'],
      exclude: [sharedTests, webgpuTests, browserTests, slowTests],
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
    test: { name: 'shared', include: [sharedTests], exclude: [slowSharedTests], env: { KD_SHARED: shared } },
  });
}

if (runsSlowTests(process.argv)) {
  projects.push({
    extends: true,
    test: {
      name: 'slow',
      include: [slowTests, ...(shared === undefined ? [] : [slowSharedTests])],
      testTimeout: 300_000,
      ...(shared !== undefined && { env: { KD_SHARED: shared } }),
    },
  });
}

const chromium = findChromium();
if (chromium?.vulkan !== undefined) {
  projects.push({
    extends: true,
    test: {
      name: 'webgpu',
      include: [webgpuTests],
      // Libraries and drivers of the system: a process that one of them ends must not end other tests.
      pool: 'forks',
      env: chromium.vulkan,
    },
  });
}
if (chromium !== undefined) {
  projects.push({
    extends: true,
    resolve: { conditions: ['kd-source', 'browser', 'module', 'development'] },
    // Threads of WebAssembly share memory, which browsers allow on isolated pages only.
    server: {
      headers: {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      },
    },
    optimizeDeps: { exclude: ['onnxruntime-web'] },
    test: {
      name: 'browser',
      include: [browserTests],
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            executablePath: chromium.executable,
            args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
          },
        }),
        instances: [{ browser: 'chromium' }],
      },
    },
  });
}

export default defineConfig({
  resolve: { conditions: ['kd-source'] },
  ssr: { resolve: { conditions: ['kd-source'] } },
  test: {
    testTimeout: 60_000,
    setupFiles: ['./tools/lib/property-seed.ts'],
    // The module that registers tfjs-core's gradients uses extensionless imports, which Node refuses.
    server: { deps: { inline: [/tfjs-core\/dist\/(?!tf-core)/] } },
    projects,
  },
});
