import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Script } from 'node:vm'
import { exportedNames } from '../floors.ts'
import { entries, manifest, root } from '../manifest.ts'
import { runTool } from '../pack.ts'
import { type Block, blocksOf } from '../readme.ts'
import type { Page } from './pages.ts'

/** The languages whose blocks are compiled, and how their modules end. */
const endings: Readonly<Record<string, string>> = { js: 'js', mjs: 'mjs', ts: 'ts' }

/** Each kind is one run of the compiler, as it has options of its own. */
const kinds = ['js', 'ts'] as const
type Kind = (typeof kinds)[number]

/** A block as a module of a program. */
export interface Module {
  /** Its path in the program's folder. */
  readonly file: string
  readonly text: string
  readonly kind: Kind
  /** The path of the page. */
  readonly page: string
  /** How many lines of the page stand above its first one. */
  readonly above: number
}

/**
 * Compiles every block of these pages that is a program or a part of one, in one run of `tsc` for
 * each language.
 *
 * @returns each error as `page:line: message`
 */
export async function compileBlocks(pages: readonly Page[]): Promise<string[]> {
  return compileModules(pages.flatMap((page) => modulesOf(page)))
}

/**
 * Compiles modules, in one run of `tsc` for each language.
 *
 * @param preludes The files beside this one that declare what the modules may use.
 * @returns each error as `page:line: message`
 */
export async function compileModules(
  modules: readonly Module[],
  preludes: readonly string[] = ['prelude.d.ts'],
): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pages-'))
  try {
    await symlink(root('node_modules'), join(folder, 'node_modules'))
    for (const { file, text } of modules) await write(join(folder, file), text)
    await write(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
    const runs = kinds.map((kind) => compile(folder, modulesOfKind(modules, kind), preludes))
    return (await Promise.all(runs)).flat()
  } finally {
    await rm(folder, { recursive: true })
  }
}

function modulesOfKind(modules: readonly Module[], kind: Kind): Modules {
  return { kind, modules: modules.filter((module) => module.kind === kind) }
}

interface Modules {
  readonly kind: Kind
  readonly modules: readonly Module[]
}

async function compile(
  folder: string,
  { kind, modules }: Modules,
  preludes: readonly string[],
): Promise<string[]> {
  if (modules.length === 0) return []
  const project = join(folder, `tsconfig.${kind}.json`)
  const files = [
    ...preludes.map((name) => root(`test/package/documentation/${name}`)),
    ...modules.map(({ file }) => file),
  ]
  await write(project, JSON.stringify(configuration(folder, kind, files)))
  const { stdout } = await runTool(folder, 'tsc', '-p', project, '--pretty', 'false')
  return errorsIn(folder, stdout, modules)
}

/**
 * The modules of a page lie where the page does, or the file that is shown, so that what they
 * import from `./app.ts` is the file beside it.
 */
function modulesOf(page: Page): Module[] {
  return blocksOf(page.text)
    .filter(isCompiled)
    .map(({ language, text, file = page.path, line }) => ({
      file: `${file}.${line}.${endings[language]}`,
      text: isListOfMembers(text) ? asOptions(language, text) : text,
      kind: language === 'ts' ? 'ts' : 'js',
      page: page.path,
      above: line - 1,
    }))
}

/**
 * What is shown of `src` and `test`, and examples in TypeScript, are compiled where they are. An
 * example in JavaScript is compiled here.
 */
function isCompiled({ language, file }: Block): boolean {
  if (!(language in endings)) return false
  return file === undefined || (language !== 'ts' && file.startsWith('examples/'))
}

/** Whether a text is what stands between the braces of an object, and not a statement. */
function isListOfMembers(text: string): boolean {
  try {
    // `webhooks: {}` is a statement, too: a label in front of a block.
    new Script(`async () => ({ ${text} })`)
    return true
  } catch {
    return false
  }
}

/**
 * Members that stand alone are options of `scalekitAuth()`. There is no place for imports among
 * them, so they may use every function of the package. No line moves.
 */
function asOptions(language: string, text: string): string {
  const type = `import('${manifest.name}').ScalekitAuthOptions`
  const start =
    language === 'ts' ? `const options: ${type} = {` : `/** @type {${type}} */ const options = {`
  return `${start} ${text}}\nexport { options }\n${importsFor(text)}`
}

/** The imports of every name of the package that a text uses: functions, and types where asked. */
export function importsFor(
  text: string,
  kinds: readonly ('values' | 'types')[] = ['values'],
): string {
  const words = new Set(text.match(/\w+/g))
  const everywhere = kinds.flatMap((kind) => entries.map((entry) => ({ kind, entry })))
  return everywhere
    .map(({ kind, entry: [name, source] }) => {
      const exported = exportedNames(readFileSync(root(source), 'utf8'), kind)
      // `delete` tells whether it was there: several entries may export a name.
      return {
        from: join(manifest.name, name),
        used: exported.filter((each) => words.delete(each)),
      }
    })
    .filter(({ used }) => used.length > 0)
    .map(({ from, used }) => `import { ${used.join(', ')} } from '${from}'\n`)
    .join('')
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

/** TypeScript is as strict as `strict` makes it; JavaScript has no types to write down. */
function configuration(folder: string, kind: Kind, files: readonly string[]): object {
  const lenient = { allowJs: true, checkJs: true, noImplicitAny: false, strictNullChecks: false }
  return {
    compilerOptions: {
      ...{ target: 'es2023', lib: ['es2023', 'dom'], module: 'nodenext', moduleDetection: 'force' },
      ...{ strict: true, ...(kind === 'js' ? lenient : {}) },
      ...{ noEmit: true, skipLibCheck: true, rewriteRelativeImportExtensions: true },
      rootDir: '/',
      rootDirs: [folder, root('')],
      types: ['node', 'express'],
      typeRoots: [root('node_modules/@types')],
      paths: Object.fromEntries(
        entries.map(([name, source]) => [join(manifest.name, name), [root(source)]]),
      ),
    },
    files,
  }
}

/** What is wrong in files that blocks import is left out: they are checked with their own options. */
function errorsIn(folder: string, output: string, modules: readonly Module[]): string[] {
  const lines = output.matchAll(/^(\S[^\n]*?)\((\d+),\d+\): error (.*)$|^(error .*)$/gm)
  return [...lines].flatMap(([, file = '', line, message, general]) => {
    if (general !== undefined) return general
    const module = modules.find((each) => each.file === file)
    if (module) return `${module.page}:${Number(line) + module.above}: ${message}`
    return resolve(folder, file).startsWith(root('')) ? [] : `${file}:${line}: ${message}`
  })
}
