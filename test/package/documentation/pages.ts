import { readdirSync, readFileSync } from 'node:fs'
import { manifest, root } from '../manifest.ts'

/** A page of the documentation, by its path from the top of the repository. */
export interface Page {
  readonly path: string
  readonly text: string
}

/** The pages that say what is true today. */
export const pages: readonly Page[] = [
  'README.md',
  'examples/llms.txt',
  ...pagesIn('examples', /(?:^|\/)README\.md$/),
  ...pagesIn('.github', /^[^/]+\.md$/),
].map(pageAt)

/** Pages that say what was, or tell of other packages: only their links have to be right. */
export const otherPages: readonly Page[] = [
  'CHANGELOG.md',
  'test/bench/README.md',
  'test/hostile/README.md',
].map(pageAt)

/** What npm packs, whatever `files` says. */
const alwaysPacked = /^(?:package\.json|README\.md|LICENSE)$/

/** Whether a file, or some file of a folder, is published with the package. */
export function isPublished(path: string): boolean {
  const isListed = manifest.files.some((file) => `${path}/`.startsWith(`${file}/`))
  return isListed || alwaysPacked.test(path)
}

function pagesIn(folder: string, isPage: RegExp): string[] {
  return readdirSync(root(folder), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => isPage.test(path) && !path.includes('node_modules/'))
    .sort()
    .map((path) => `${folder}/${path}`)
}

function pageAt(path: string): Page {
  return { path, text: readFileSync(root(path), 'utf8') }
}
