import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Declarations, unnamed } from './declarations.ts'
import { entries, root } from './manifest.ts'
import { runTool } from './pack.ts'

let emitted: Declarations
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'express-scalekit-'))
  const options = ['--emitDeclarationOnly', '--outDir', folder]
  const { code, stdout } = await runTool(root(''), 'tsc', ...options)
  if (code !== 0) throw new Error(stdout)
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  emitted = new Map(
    paths
      .filter((path) => path.endsWith('.d.ts'))
      .map((path) => [path.replaceAll('\\', '/'), readFileSync(join(folder, path), 'utf8')]),
  )
  await rm(folder, { recursive: true })
})

describe('the declarations', () => {
  it.each(entries)('of %s show no type that cannot be imported from there', (_name, source) => {
    const path = source.replace(/^src\/(.*)\.ts$/, '$1.d.ts')
    expect(unnamed(emitted, path)).toEqual([])
  })

  it('of an entry show a type that it does not export', () => {
    const line = "export type { Guards } from './lib/http/guards/guards.ts';\n"
    const without = emitted.get('index.d.ts')!.replace(line, '')
    expect(unnamed(new Map([...emitted, ['index.d.ts', without]]), 'index.d.ts')).toEqual([
      'Guards of lib/http/guards/guards.d.ts, in requireAuth',
    ])
  })
})

/** An entry that passes on `Shown` of a file that says this, beside the files that it may import. */
function showing(text: string, passedOn = 'Shown'): Declarations {
  return new Map([
    ['index.d.ts', `export type { ${passedOn} } from './lib/shown.ts';`],
    ['lib/shown.d.ts', text],
    ['lib/hidden.d.ts', 'export interface Hidden { id: string; }\nexport declare class Base {}'],
  ])
}

function functionOf(parameter: string): string {
  return `export declare function Shown(given: ${parameter}): void;`
}

const importsHidden = "import { type Hidden, Base } from './hidden.ts';\n"

describe('the walker', () => {
  it.each([
    ['in a member', 'export interface Shown { member: Hidden; }'],
    ['in an optional member', 'export interface Shown { member?: readonly Hidden[]; }'],
    ['in an index signature', 'export interface Shown { readonly [name: string]: Hidden; }'],
    ['in an extends clause', 'export interface Shown extends Pick<Hidden, "id"> {}'],
    ['in the constraint of a generic', 'export type Shown<Item extends Hidden> = Item[];'],
    ['in the constraint of a method', 'export interface Shown { a<Item extends Hidden>(): Item; }'],
    ['in the default of a generic', 'export type Shown<Item = Hidden> = Item[];'],
    ['in a parameter', 'export type Shown = (first: string, ...others: Hidden[]) => void;'],
    ['in an optional parameter', 'export interface Shown { run(given?: Hidden): void; }'],
    ['in a destructured parameter', 'export type Shown = ({ id }: Hidden) => void;'],
    ['in what a method returns', 'export interface Shown { run(): Promise<Hidden>; }'],
    ['in a conditional type', 'export type Shown<A> = A extends string ? Hidden : never;'],
    ['behind the colon of one', 'export type Shown<A> = A extends string ? never : Hidden;'],
    ['in a mapped type', 'export type Shown = { [Key in keyof Hidden]: string };'],
    ['in a tuple', 'export type Shown = [first: string, second?: Hidden];'],
    ['in a tuple without labels', 'export type Shown = [string, Hidden?];'],
    ['in a template', `export type Shown = \`on\${string}\${Hidden["id"]}\`;`],
    ['in a template of a template', `export type Shown = \`a\${\`b\${{ c: Hidden }["c"]}\`}\`;`],
    ['in a type predicate', 'export type Shown = (given: unknown) => given is Hidden;'],
    ['behind a comment', 'export type Shown = /* a text */ Hidden; // no "end'],
    ['in a function', 'export declare function Shown(given: Hidden): void;'],
    ['in the first of two overloads', `${functionOf('Hidden')}\n${functionOf('string')}`],
    ['in the last of two overloads', `${functionOf('string')}\n${functionOf('Hidden')}`],
    ['in a constant', 'export declare const Shown: Hidden;'],
    ['in a member of a class', 'export declare class Shown { readonly member: Hidden; }'],
    ['in the constructor of a class', 'export declare class Shown { constructor(given: Hidden); }'],
    ['in a read member of a class', 'export declare class Shown { get Hidden(): Hidden; }'],
    ['in a static member', 'export declare class Shown { static from(given: Hidden): Shown; }'],
  ])('sees an imported type %s', (_case, text) => {
    expect(unnamed(showing(importsHidden + text), 'index.d.ts')).toEqual([
      'Hidden of lib/hidden.d.ts, in Shown',
    ])
  })

  it('sees the class that another one extends', () => {
    const text = `${importsHidden}export declare abstract class Shown extends Base {}`
    expect(unnamed(showing(text), 'index.d.ts')).toEqual(['Base of lib/hidden.d.ts, in Shown'])
  })

  it.each(['type Local = string;', 'interface Local {}', 'declare class Local {}'])(
    'sees a type of the same file that is not exported: %s',
    (local) => {
      const text = `${local}\nexport interface Shown { member: Local; }\nexport {};`
      expect(unnamed(showing(text), 'index.d.ts')).toEqual(['Local of lib/shown.d.ts, in Shown'])
    },
  )

  it('sees a type by another name than its own', () => {
    const text =
      "import type { Hidden as Other } from './hidden.ts';\nexport type Shown = Other | undefined;"
    expect(unnamed(showing(text), 'index.d.ts')).toEqual(['Hidden of lib/hidden.d.ts, in Shown'])
  })

  it('sees what a missing type leads to', () => {
    const text = `${importsHidden}type Local = Hidden;\nexport type Shown = Local;`
    expect(unnamed(showing(text), 'index.d.ts')).toEqual([
      'Hidden of lib/hidden.d.ts, in Local',
      'Local of lib/shown.d.ts, in Shown',
    ])
  })

  it('sees what a constant leads to that a type is read off', () => {
    const text = `${importsHidden}declare const table: { row: Hidden; };\nexport type Shown = keyof typeof table;`
    expect(unnamed(showing(text), 'index.d.ts')).toEqual(['Hidden of lib/hidden.d.ts, in table'])
  })

  it('sees what a file adds to the types of others', () => {
    const text = `${importsHidden}declare global { namespace Express { interface Request { own: Hidden; } } }\nexport type Shown = string;`
    expect(unnamed(showing(text), 'index.d.ts')).toEqual(['Hidden of lib/hidden.d.ts, in Shown'])
  })

  it('lets pass what the entry exports', () => {
    const files = new Map([
      ...showing(`${importsHidden}export interface Shown extends Base { member: Hidden; }`),
      [
        'index.d.ts',
        "export type { Base, Hidden } from './lib/hidden.ts';\nexport type { Shown } from './lib/shown.ts';",
      ],
    ])
    expect(unnamed(files, 'index.d.ts')).toEqual([])
  })

  it('lets pass what the entry exports by another name', () => {
    const text = 'declare class Local {}\nexport { Local as Shown };\nexport type Other = Local;'
    expect(unnamed(showing(text, 'Shown, Other'), 'index.d.ts')).toEqual([])
  })

  it.each([
    [
      'a type of a package',
      "import type { Hidden } from 'node:http';\nexport type Shown = Hidden;",
    ],
    ['a global', 'export type Shown = Promise<Readonly<Record<string, Buffer>>>;'],
    ['a type parameter', 'export type Shown<Item extends string> = readonly Item[];'],
    ['an inferred type', 'export type Shown<A> = A extends (infer Item)[] ? Item : never;'],
  ])('lets pass %s', (_case, text) => {
    expect(unnamed(showing(text), 'index.d.ts')).toEqual([])
  })

  it.each([
    ['a comment', '/** As {@link Hidden}. */\nexport interface Shown { id: string; } // Hidden'],
    ['a string', 'export type Shown = "Hidden" | \'Base\';'],
    ['the text of a template', `export type Shown = \`Hidden \${string} Base\`;`],
    ['the name of a member', 'export interface Shown { Hidden: string; readonly Base?: string; }'],
    [
      'the name of a method',
      'export interface Shown { a(): void; Hidden(): void; Base?(): void; }',
    ],
    ['the name of a parameter', 'export type Shown = (Hidden: string, Base?: string) => void;'],
    ['the label of a tuple', 'export type Shown = [Hidden: string, ...Base: string[]];'],
    ['the key of a mapped type', 'export type Shown = { [Hidden in string]: number };'],
    ['the name behind a dot', 'export type Shown = NodeJS.Hidden;'],
    [
      'a private member',
      'export declare class Shown { private Hidden; private readonly Base; #id; }',
    ],
  ])('does not take for a type %s', (_case, text) => {
    expect(unnamed(showing(importsHidden + text), 'index.d.ts')).toEqual([])
  })

  it.each([
    ['an import inside of a type', "export type Shown = import('./hidden.ts').Hidden;"],
    [
      'an import of everything',
      "import * as all from './hidden.ts';\nexport type Shown = all.Hidden;",
    ],
    ['an export of everything', "export * from './hidden.ts';\nexport type Shown = string;"],
    ['a file that is not there', "import { A } from './a.ts';\nexport type Shown = A;"],
    ['a name that is not there', "import { A } from './hidden.ts';\nexport type Shown = A;"],
    ['a statement it does not know', 'export = Shown;'],
    ['a sign it does not know', 'export type Shown = string; ~'],
    ['a template without an end', 'export type Shown = `a'],
  ])('throws for %s', (_case, text) => {
    expect(() => unnamed(showing(text), 'index.d.ts')).toThrow()
  })
})
