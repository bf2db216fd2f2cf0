/**
 * Joins the modules that `tsc` wrote into `dist`: each entry point becomes one file, what several
 * of them share becomes one file in `dist/chunks`. Node takes 40 to 60 ms longer to find, read and
 * link the modules one by one (see `import` in `npm run bench`). Types stay one file per module.
 */
import { readdir, rm } from 'node:fs/promises'
import { build } from 'esbuild'

/** Has to stay CommonJS, which a file of ES modules cannot contain: see its source. */
const commonJs = './dist/lib/session/load-express-session.cjs'

await build({
  entryPoints: ['dist/*.js'],
  outdir: 'dist',
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Texts of pages would be longer as escapes.
  charset: 'utf8',
  packages: 'external',
  external: [commonJs],
})
for (const path of await readdir('dist/lib', { recursive: true })) {
  if (path.endsWith('.js')) await rm(`dist/lib/${path}`)
}
