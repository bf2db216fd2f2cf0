import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from './pack.ts'

/** Node has no `require` in an ES module, and packages of CommonJS need it for Node's own modules. */
const requireInModules = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`

/** Makes one file of a script and all that it imports. */
export async function bundle(script: string, format: 'cjs' | 'esm', file: string): Promise<void> {
  const banner = format === 'esm' ? [`--banner:js=${requireInModules}`] : []
  const where = ['--bundle', '--platform=node', `--format=${format}`, `--outfile=${file}`]
  await esbuild('.', [script, ...where, ...banner])
}

/**
 * Makes CommonJS of the ES modules in a folder, each alone, as Jest's transformers do. There as
 * here, `import.meta` is an error.
 *
 * @param files A pattern of esbuild's.
 */
export async function toCommonJs(folder: string, files: string): Promise<void> {
  const where = ['--platform=node', '--format=cjs', '--outdir=.', '--outbase=.']
  const strict = '--log-override:empty-import-meta=error'
  await esbuild(folder, [files, ...where, '--allow-overwrite', strict])
  const manifest = join(folder, 'package.json')
  const { type: _type, ...rest } = JSON.parse(await readFile(manifest, 'utf8'))
  await writeFile(manifest, JSON.stringify(rest))
}

async function esbuild(cwd: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runTool(cwd, 'esbuild', ...args, '--log-level=warning')
  if (code !== 0 || stderr !== '') throw new Error(`esbuild failed: ${stderr}`)
}
