import { type DeclarationFile, type Link, readDeclarations } from './declaration-file.ts'

/** The text of emitted `.d.ts` files by path, e.g. `lib/ground/errors.d.ts`. */
export type Declarations = ReadonlyMap<string, string>

type Files = ReadonlyMap<string, DeclarationFile>

/**
 * Every type that an entry shows and does not export, as `Type of its file, in Name that shows it`.
 *
 * An entry shows the types that stand in what it exports, and then the types that stand in those.
 * Constants and functions that a type is read off (`typeof`) need no name of their own: the types
 * that stand in their declarations do.
 */
export function unnamed(declarations: Declarations, entry: string): string[] {
  const files: Files = new Map(
    [...declarations].map(([path, text]) => [path, readDeclarations(path, text)]),
  )
  const exported = [...fileOf(files, entry).exported.values()].map((link) => target(files, link))
  const shown = new Map(exported.map((link) => [keyOf(link), link]))
  const missing: string[] = []
  // What is added meanwhile is visited, too.
  for (const link of shown.values()) {
    for (const used of typesIn(files, link)) {
      if (shown.has(keyOf(used))) continue
      shown.set(keyOf(used), used)
      if (isType(files, used)) missing.push(`${keyOf(used)}, in ${link.name}`)
    }
  }
  return missing.sort()
}

function keyOf({ name, path }: Link): string {
  return `${name} of ${path}`
}

function fileOf(files: Files, path: string): DeclarationFile {
  const file = files.get(path)
  if (!file) throw new Error(`There is no ${path}`)
  return file
}

/** Where the declaration is that an export passes on. */
function target(files: Files, { path, name }: Link): Link {
  const link = fileOf(files, path).exported.get(name)
  if (!link) throw new Error(`${path} does not export ${name}`)
  if (link.path !== path) return target(files, link)
  return inScope(files, link) ?? link
}

/** Where the declaration is of a name that a file uses; `undefined` for what is not the package's. */
function inScope(files: Files, { path, name }: Link): Link | undefined {
  const { declared, imported } = fileOf(files, path)
  const link = imported.get(name)
  if (link) return target(files, link)
  return declared.has(name) ? { path, name } : undefined
}

function isType(files: Files, { path, name }: Link): boolean {
  return /^(?:interface|type|class)$/.test(fileOf(files, path).declared.get(name)![0]!)
}

/**
 * What a declaration uses of the package, and what its file adds to the types of others. A type
 * parameter by the name of a type counts as that type, so that none is missed.
 */
function typesIn(files: Files, { path, name }: Link): Link[] {
  const { declared } = fileOf(files, path)
  const tokens = [...(declared.get(name) ?? []), ...(declared.get('global') ?? [])]
  return tokens
    .filter((token, at) => !isLabel(token, tokens[at - 1] ?? '', tokens.slice(at + 1, at + 3)))
    .flatMap((token) => inScope(files, { path, name: token }) ?? [])
}

/** Whether a word is the name of a member or of a parameter, or follows the dot of another one. */
function isLabel(word: string, before: string, [next = '', afterNext = '']: string[]): boolean {
  if (word === 'import' && next === '(') throw new Error('An import inside of a type is not read')
  if (/^(?:[{;.]|static|get|set|abstract|protected|private)$/.test(before)) return true
  const isNamed = /^(?:[:;]|in)$/.test(next) || (next === '?' && afterNext === ':')
  return isNamed && /^(?:[(,[]|\.{3}|readonly)$/.test(before)
}
