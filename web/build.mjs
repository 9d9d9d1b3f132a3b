// Builds the dashboard into dist/: a script, a part of its own for each page that is opened later, and a style, with hashed names,
// precompressed, and index.html last, so that its age says when the build was complete.

import {build} from 'esbuild';
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
  splitting: true,
  outdir: 'dist',
  // The digit says to the server that what follows is a hash: such files never change.
  entryNames: 'assets/atrium-0[hash]',
  chunkNames: 'assets/[name]-0[hash]',
  metafile: true,
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
for (const [path, {entryPoint}] of Object.entries(result.metafile.outputs))
  if (/\.(tsx|css)$/.test(entryPoint ?? '') && /main|style/.test(entryPoint)) names[path.split('.').pop()] = path.replace('dist/', '');
for (const file of result.outputFiles)
  await put(file.path.slice(file.path.lastIndexOf('/assets/') + 1), Buffer.from(file.contents));
await put('icon.svg', await readFile('src/icon.svg'));
await put('manifest.webmanifest', await readFile('src/manifest.webmanifest'));
const page = (await readFile('src/index.html', 'utf8'))
  .replace('{{style}}', `/${names.css}`)
  .replace('{{script}}', `/${names.js}`);
await put('index.html', Buffer.from(page));

// What a visit begins with: the script and all that it imports at once.
const first = new Set();
function take(path) {
  if (first.has(path)) return;
  first.add(path);
  for (const one of result.metafile.outputs[path].imports) if (one.kind === 'import-statement') take(one.path);
}
take(`dist/${names.js}`);
let bytes = 0;
for (const path of first) bytes += (await readFile(`${path}.gz`)).length;
console.log(`dashboard: ${(bytes / 1024).toFixed(1)} KiB of script at first, compressed`);
