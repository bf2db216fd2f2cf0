import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folders of a package and of all it needs at run time: what `npm install` brings of it. */
export function packagesOf(folder, found = new Set()) {
  if (found.has(folder)) return found
  found.add(folder)
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies)) packagesOf(folderOf(name, folder), found)
  return found
}

/** Where Node looks: in `node_modules` of this folder, then of those above it. */
function folderOf(name, from) {
  const candidate = join(from, 'node_modules', name)
  if (existsSync(candidate)) return candidate
  if (dirname(from) === from) throw new Error(`${name} is not installed`)
  return folderOf(name, dirname(from))
}
