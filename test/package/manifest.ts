import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The parts of package.json that these tests read. */
interface Manifest {
  readonly name: string
  readonly version: string
  readonly engines: Readonly<Record<string, string>>
  readonly files: readonly string[]
  readonly bin: Readonly<Record<string, string>>
  readonly main: string
  readonly types: string
  readonly exports: Readonly<Record<string, string | { types: string; default: string }>>
  readonly typesVersions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
}

/** An absolute path of something in the repository. */
export function root(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}

/** A JSON file of the repository. */
export function readJson<Shape>(path: string): Shape {
  return JSON.parse(readFileSync(root(path), 'utf8')) as Shape
}

export const manifest: Manifest = readJson('package.json')

/** Every entry of the package with its source: `./testing` is `src/testing.ts`. */
export const entries: readonly (readonly [name: string, source: string])[] = Object.keys(
  manifest.exports,
)
  .filter((name) => name !== './package.json')
  .map((name) => [name, name === '.' ? 'src/index.ts' : `src/${name.slice(2)}.ts`])
