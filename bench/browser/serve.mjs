import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const types = { '.html': 'text/html', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

/** ONNX Runtime is not bundled: its threads load the module that they belong to. */
const html = `<!doctype html><meta charset="utf-8"><title>kd</title>
<script type="importmap">{ "imports": {
  "onnxruntime-web/wasm": "/onnxruntime/ort.wasm.min.mjs",
  "onnxruntime-web/webgpu": "/onnxruntime/ort.webgpu.min.mjs"
} }</script>
<script type="module" src="/page.mjs"></script>`;

/** Serves the page of this folder on a free port of this machine, cross-origin isolated. */
export async function servePage() {
  const folder = dirname(fileURLToPath(import.meta.url));
  const bundle = await build({
    entryPoints: [join(folder, 'page.mjs')],
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['browser'],
    external: ['onnxruntime-web/*'],
  });
  const runtime = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web')));
  const read = async (path) => {
    if (path === '/') return html;
    if (path === '/page.mjs') return bundle.outputFiles[0].contents;
    const file = normalize(path);
    if (file.startsWith('/onnxruntime/')) return readFile(join(runtime, file.slice('/onnxruntime/'.length)));
    throw new Error(`There is no ${path}.`);
  };
  const server = createServer(async ({ url }, response) => {
    const path = new URL(url, 'http://localhost').pathname;
    try {
      const content = await read(path);
      response.writeHead(200, {
        'Content-Type': types[extname(path) || '.html'] ?? 'application/octet-stream',
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
