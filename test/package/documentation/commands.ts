import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { readJson, root } from '../manifest.ts'
import { type Block, blocksOf } from '../readme.ts'
import { isPublished, type Page } from './pages.ts'
import { codeIn, type Found } from './prose.ts'

/** The flags of each of our commands, as its usage has them; those of `''` are for all. */
const flagsByCommand = readUsage(readFileSync(root('src/cli.ts'), 'utf8'))

/** What the commands of a page name that does not exist, as `page:line: …`. */
export function brokenCommands(page: Page): string[] {
  const inBlocks = blocksOf(page.text).flatMap(commandsOf)
  return [...inBlocks, ...codeIn(page.text)].flatMap(({ text, line }) =>
    [...missingScripts(text, page), ...missingFlags(text), ...missingPaths(text)].map(
      (problem) => `${page.path}:${line}: ${problem}`,
    ),
  )
}

/** The lines of a block that a shell gets. In a `console`, the others are what it printed. */
function commandsOf({ language, text, line }: Block): Found[] {
  if (!['sh', 'bash', 'console'].includes(language)) return []
  const prompt = language === 'console' ? /^\$ (.*)$/ : /^(.*)$/
  const whole = text.replaceAll('\\\n', '  ')
  const lines = whole.split('\n').map((each, at) => ({ text: each, line: line + at }))
  return lines.flatMap((each) => {
    const [, command] = prompt.exec(each.text) ?? []
    return command === undefined ? [] : [{ ...each, text: command.replace(/(?:^|\s)#.*$/, '') }]
  })
}

function missingScripts(command: string, page: Page): string[] {
  const calls = command.matchAll(
    /\bnpm (?:--prefix (\S+) )?(?:run(?:-script)? ([\w:-]+)|(start|test)\b)/g,
  )
  return [...calls].flatMap(([call, folder, named, short]) => {
    const script = named ?? short!
    const places = folder === undefined ? ['.', dirname(page.path)] : [folder]
    return places.some((place) => script in scriptsOf(place)) ? [] : `there is no \`${call}\``
  })
}

function scriptsOf(folder: string): object {
  const path = join(folder, 'package.json')
  return existsSync(root(path)) ? (readJson<{ scripts?: object }>(path).scripts ?? {}) : {}
}

function missingFlags(command: string): string[] {
  const calls = command.matchAll(
    /\bnpx express-scalekit\b(?: ([a-z][a-z-]*))?((?:(?! -- |[&|;]).)*)/g,
  )
  return [...calls].flatMap(([, name = '', rest = '']) => {
    const flags = flagsByCommand.get(name)
    if (!flags) return `there is no \`npx express-scalekit ${name}\``
    const known = [...flags, ...flagsByCommand.get('')!]
    const given = [...rest.matchAll(/(?<=\s)--[\w-]+/g)].map(([flag]) => flag)
    return given
      .filter((flag) => !known.includes(flag))
      .map((flag) => `there is no \`npx express-scalekit ${name} ${flag}\``)
  })
}

/** What is named below a folder of the repository, or of the installed package, has to be there. */
function missingPaths(command: string): string[] {
  const paths = command.matchAll(
    /(?<![\w/.@-])(node_modules\/express-scalekit\/)?((?:examples|src|test|\.github|\.ci)\/[\w./-]*\w)/g,
  )
  return [...paths].flatMap(([, installed, path]) => {
    if (!existsSync(root(path!))) return `there is no ${path}`
    return installed === undefined || isPublished(path!) ? [] : `${path} is not published`
  })
}

/**
 * A usage has a paragraph about a command, `name: …`, or about several, `name, name and name use …`, and
 * then one with their flags.
 */
function readUsage(source: string): ReadonlyMap<string, readonly string[]> {
  const [, usage] = /const usage = `(.*?)`\n/s.exec(source)!
  const flags = new Map<string, string[]>([['', []]])
  let commands = ['']
  for (const paragraph of usage!.split('\n\n')) {
    const found = [...paragraph.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, flag]) => flag!)
    for (const command of commands) flags.get(command)!.push(...found)
    const [, name, several] =
      /^(?:([\w-]+): |([\w-]+(?:, [\w-]+)* and [\w-]+) use )/.exec(paragraph) ?? []
    commands = name === undefined ? (several?.split(/, | and /) ?? ['']) : [name]
    for (const command of commands) if (!flags.has(command)) flags.set(command, [])
  }
  return flags
}
