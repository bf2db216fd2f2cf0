import { dirname, join } from 'node:path/posix'

/**
 * The floors of `src`, from the ground up: each names folders of `src/lib`. A file imports from its
 * own folder and from the floors below, types too, never sideways or up. A folder that is not named
 * belongs to the one around it.
 */
const floors: readonly (readonly string[])[] = [
  ['ground'],
  ['outgoing'],
  ['oidc', 'session', 'state', 'webhooks', 'management'],
  ['client'],
  ['auth'],
  ['deliveries'],
  ['config'],
  ['http/pages', 'adapters'],
  ['http/request'],
  ['http/instance'],
  ['http/guards'],
  ['http/sign-in', 'http/signed'],
  ['http'],
  ['emulator/format'],
  ['emulator/webhooks', 'emulator/interceptors'],
  ['emulator/world'],
  ['emulator/state'],
  ['emulator/server'],
  ['emulator/pages'],
  ['emulator/oauth', 'emulator/directory'],
  ['emulator/portal'],
  ['emulator/rest'],
  ['emulator/control'],
  ['emulator'],
  ['testing'],
  ['commands'],
  ['entries'],
]

/** What a folder, and each folder within it, may use of the floors below: folders or files. */
const narrower: Readonly<Record<string, readonly string[]>> = {
  // Sharing the kit's OpenID code, the two would agree on each other's mistakes.
  emulator: [
    'emulator',
    'ground',
    'src/lib/webhooks/signature.ts',
    'src/lib/webhooks/events.ts',
    // Its types of calls.
    'src/lib/webhooks/interceptors.ts',
  ],
}

/** Files by path from the top of the repository, e.g. `src/lib/errors.ts`. */
export type Sources = ReadonlyMap<string, string>

/** Every import that goes sideways or up, as `from -> to`. */
export function wrongWays(sources: Sources): string[] {
  return [...sources].flatMap(([from, text]) =>
    relativeImports(from, text)
      .filter((to) => !mayImport(from, to))
      .map((to) => `${from} -> ${to}`),
  )
}

/**
 * Every circle of folders, as `a -> b -> a`, once for each folder on it. A folder is a member of a
 * floor; which floor it is on does not matter.
 */
export function circles(sources: Sources): string[] {
  const uses = new Map<string, Set<string>>()
  for (const [from, text] of sources) {
    const targets = uses.get(memberOf(from)) ?? new Set()
    for (const to of relativeImports(from, text)) targets.add(memberOf(to))
    targets.delete(memberOf(from))
    uses.set(memberOf(from), targets)
  }
  return [...uses.keys()].flatMap((member) => wayBack(member, uses) ?? [])
}

/** The shortest way from a member to itself. */
function wayBack(start: string, uses: ReadonlyMap<string, Set<string>>): string | undefined {
  const ways = [[start]]
  // What is added meanwhile is visited, too.
  for (const way of ways) {
    for (const next of uses.get(way.at(-1)!) ?? []) {
      if (next === start) return [...way, next].join(' -> ')
      if (!ways.some((known) => known.at(-1) === next)) ways.push([...way, next])
    }
  }
  return undefined
}

/**
 * Every source file that stands on no floor. Where a floor names folders within a folder, it names
 * all of them: a file in another one is a stray, too.
 */
export function strays(sources: Sources): string[] {
  return [...sources.keys()].filter((path) => {
    const member = memberOf(path)
    const isSplit = floors.flat().some((name) => name.startsWith(`${member}/`))
    return floorOf(member) === -1 || (isSplit && folderOf(path) !== member)
  })
}

/** Every imported package as `path: package`, built-in modules left out. */
export function packageImports(sources: Sources): string[] {
  return [...sources].flatMap(([path, text]) =>
    [
      ...text.matchAll(
        /(?:^(?:import|export)\b[^'"]*\bfrom|\bimport|\brequire)[\s(]*(['"])(.*?)\1/gm,
      ),
    ]
      .map(([, , specifier]) => specifier!)
      .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
      .map((specifier) => `${path}: ${packageOf(specifier)}`),
  )
}

/** Every file that an entry leads to, itself included. */
export function reachedFrom(entry: string, sources: Sources): Set<string> {
  const reached = new Set([entry])
  // What is added meanwhile is visited, too.
  for (const path of reached) {
    for (const to of relativeImports(path, sources.get(path) ?? '')) reached.add(to)
  }
  return reached
}

/** Every dynamic import whose target cannot be read off the source. */
export function unreadableImports(sources: Sources): string[] {
  return [...sources]
    .filter(([, text]) => /\b(?:import|require)\s*\(\s*[^'"\s]/.test(text))
    .map(([path]) => path)
}

/** Every barrel of `src/lib`: an `index.ts`, or a file that passes on what another one exports. */
export function barrels(sources: Sources): string[] {
  return [...sources]
    .filter(([path]) => path.startsWith('src/lib/'))
    .filter(
      ([path, text]) => path.endsWith('/index.ts') || /^export\b[^'"]*?\bfrom\s*['"]/m.test(text),
    )
    .map(([path]) => path)
}

/** What an entry holds beside lines that pass names on. */
export function besidesExports(entry: string): string {
  return entry.replaceAll(/^export (?:type )?\{[^{}*'"]*\} from '[^'\n]*'\n/gm, '').trim()
}

/** The names an entry passes on. */
export function exportedNames(entry: string, kind: 'types' | 'values'): string[] {
  const start = kind === 'types' ? 'export type ' : 'export '
  return [...entry.matchAll(/^(export (?:type )?)\{([^}]*)\} from/gm)]
    .filter(([, keyword]) => keyword === start)
    .flatMap(([, , names]) => names!.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .sort()
}

/**
 * Every text that could be a relative import counts as one. TypeScript has no relative import
 * without such a text, so nothing is missed; a text that only looks like one would be seen here.
 */
function relativeImports(from: string, text: string): string[] {
  return [...text.matchAll(/(['"`])(\.{1,2}\/.*?)\1/g)].map(([, , specifier]) =>
    join(dirname(from), specifier!),
  )
}

function mayImport(from: string, to: string): boolean {
  const member = memberOf(from)
  const target = memberOf(to)
  if (member === target && member !== 'entries') return true
  const isBelow = floorOf(target) !== -1 && floorOf(target) < floorOf(member)
  return isBelow && isAllowed(member, target, to)
}

function isAllowed(member: string, target: string, to: string): boolean {
  return Object.entries(narrower)
    .filter(([folder]) => isWithin(folder, member))
    .every(([, only]) => only.some((name) => name === to || isWithin(name, target)))
}

function isWithin(folder: string, path: string): boolean {
  return `${path}/`.startsWith(`${folder}/`)
}

/** The innermost folder that a floor names, or `entries` for the files that stand in `src` itself. */
function memberOf(path: string): string {
  if (/^src\/[^/]+\.c?ts$/.test(path)) return 'entries'
  const named = floors.flat().filter((name) => isWithin(name, folderOf(path)))
  return named.sort((one, other) => other.length - one.length)[0] ?? `outside: ${path}`
}

/** The folder of a file below `src/lib`. */
function folderOf(path: string): string {
  return /^src\/lib\/(.+)\/[^/]+\.c?ts$/.exec(path)?.[1] ?? ''
}

function floorOf(member: string): number {
  return floors.findIndex((members) => members.includes(member))
}

function packageOf(specifier: string): string {
  const [scopeOrName, name] = specifier.split('/')
  return scopeOrName!.startsWith('@') ? `${scopeOrName}/${name}` : scopeOrName!
}
