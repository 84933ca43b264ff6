import { defineConfig } from 'vite';

// Threads of WebAssembly share memory, which browsers allow on pages that are served with these.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  server: { headers },
  preview: { headers },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  build: { target: 'es2023' },
  worker: { format: 'es' },
});
