import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    main: 'src/main.ts',
    'compare-job': 'src/compare/compare-job.ts',
    'examine-backend': 'src/doctor/examine-backend.ts',
  },
  format: 'esm',
  platform: 'node',
  fixedExtension: false,
  dts: true,
  sourcemap: true,
  // What `kd methods NAME` prints.
  copy: [{ from: '../../docs/methods/*.md', to: 'dist/method-pages' }],
});
