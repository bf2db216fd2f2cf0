import { dirname, join } from 'node:path/posix'
import { tokensOf } from './declaration-tokens.ts'

/** A name, and the file in which to look it up. */
export interface Link {
  readonly path: string
  readonly name: string
}

/** The tokens of a declaration from its keyword on: words, strings in their quotes, and signs. */
export type Declaration = readonly string[]

/** What one emitted `.d.ts` file says. */
export interface DeclarationFile {
  /** The declarations by their names; `declare global` is the one by the name `global`. */
  readonly declared: ReadonlyMap<string, Declaration>
  /** The names that it imports from other files of the package. */
  readonly imported: ReadonlyMap<string, Link>
  /** The names that it exports, each with its declaration here or in another file. */
  readonly exported: ReadonlyMap<string, Link>
}

const kinds = /^(?:interface|type|class|function|const|namespace|global)$/
const kindsWithoutSemicolon = /^(?:interface|class|namespace|global)$/
const modifiers = /^(?:export|declare|default|abstract)$/

/**
 * Reads a file that `tsc` emitted: a small part of what TypeScript may look like.
 *
 * @param path Its place among the others, e.g. `lib/ground/errors.d.ts`.
 * @throws Error for a statement that it cannot read, so that no name is passed over
 */
export function readDeclarations(path: string, text: string): DeclarationFile {
  const declared = new Map<string, Declaration>()
  const imported = new Map<string, Link>()
  const exported = new Map<string, Link>()
  for (const statement of statementsOf(tokensOf(text))) {
    if (statement[0] === 'import') {
      for (const [name, link] of linksOf(statement, path)) imported.set(name, link)
    } else if (isExportList(statement)) {
      for (const [name, link] of linksOf(statement, path)) exported.set(name, link)
    } else {
      const { name, declaration } = declarationOf(statement)
      // Overloads, and an interface that is declared twice, are one declaration.
      declared.set(name, [...(declared.get(name) ?? []), ...declaration])
      if (statement[0] === 'export') exported.set(name, { path, name })
    }
  }
  return { declared, imported, exported }
}

function statementsOf(tokens: readonly string[]): string[][] {
  const statements: string[][] = [[]]
  let depth = 0
  for (const word of tokens) {
    const statement = statements.at(-1)!
    statement.push(word)
    if ('([{'.includes(word)) depth += 1
    if (')]}'.includes(word)) depth -= 1
    if (depth === 0 && isEnd(word, statement)) statements.push([])
  }
  return statements.filter(([first = ';']) => first !== ';')
}

function isEnd(word: string, statement: readonly string[]): boolean {
  return word === ';' || (word === '}' && kindsWithoutSemicolon.test(kindOf(statement)))
}

function kindOf(statement: readonly string[]): string {
  return statement.find((word) => !modifiers.test(word)) ?? ''
}

function isExportList(statement: readonly string[]): boolean {
  return /^export (?:type )?[{*]/.test(statement.join(' '))
}

/** The names that an import brings into the file, or that a list of exports brings out of it. */
function linksOf(statement: readonly string[], path: string): [name: string, link: Link][] {
  const source = sourceOf(statement, path)
  // What comes from a package can be imported from there.
  if (source === undefined) return []
  const [, names] = /^(?:import|export) (?:type )?\{([^{}]*)\}/.exec(statement.join(' ')) ?? []
  if (names === undefined) throw new Error(`Cannot read ${statement.join(' ')} in ${path}`)
  return [...names.matchAll(/(?:type )?([\w$]+)(?: as ([\w$]+))? (?:,|$)/g)].map(
    ([, inner, outer]) => [outer ?? inner!, { path: source, name: inner! }],
  )
}

/** The file where the names come from, which may be the one that exports them. */
function sourceOf(statement: readonly string[], path: string): string | undefined {
  const specifier = statement.find((word) => /^['"]/.test(word))?.slice(1, -1)
  if (specifier === undefined) return path
  if (!specifier.startsWith('.')) return undefined
  return join(dirname(path), specifier).replace(/\.[jt]s$/, '.d.ts')
}

function declarationOf(statement: readonly string[]): { name: string; declaration: Declaration } {
  const start = statement.findIndex((word) => !modifiers.test(word))
  const [kind, name] = statement.slice(start)
  if (!kinds.test(kind ?? '')) throw new Error(`Cannot read ${statement.join(' ')}`)
  return { name: kind === 'global' ? kind : name!, declaration: statement.slice(start) }
}
