// Builds the dashboard into dist/: one script and one style with hashed names, precompressed, and index.html last, so that its
// age says when the build was complete.

import {build} from 'esbuild';
import {createHash} from 'node:crypto';
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {brotliCompressSync, gzipSync} from 'node:zlib';

const result = await build({
  entryPoints: ['src/main.tsx', 'src/style.css'],
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2021'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  outdir: 'dist',
  write: false,
  legalComments: 'none',
});

await rm('dist', {recursive: true, force: true});
await mkdir('dist/assets', {recursive: true});

async function put(path, bytes) {
  await writeFile(`dist/${path}`, bytes);
  await writeFile(`dist/${path}.gz`, gzipSync(bytes, {level: 9}));
  await writeFile(`dist/${path}.br`, brotliCompressSync(bytes));
}

const names = {};
for (const file of result.outputFiles) {
  const kind = file.path.endsWith('.css') ? 'css' : 'js';
  const hash = createHash('sha256').update(file.contents).digest('hex').slice(0, 12);
  names[kind] = `assets/atrium-${hash}.${kind}`;
  await put(names[kind], Buffer.from(file.contents));
}
await put('icon.svg', await readFile('src/icon.svg'));
await put('manifest.webmanifest', await readFile('src/manifest.webmanifest'));
const page = (await readFile('src/index.html', 'utf8'))
  .replace('{{style}}', `/${names.css}`)
  .replace('{{script}}', `/${names.js}`);
await put('index.html', Buffer.from(page));

const script = await readFile(`dist/${names.js}.gz`);
console.log(`dashboard: ${(script.length / 1024).toFixed(1)} KiB of script, compressed`);
