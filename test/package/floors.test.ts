import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  barrels,
  besidesExports,
  circles,
  packageImports,
  reachedFrom,
  type Sources,
  strays,
  unreadableImports,
  wrongWays,
} from './floors.ts'
import { entries, manifest, root } from './manifest.ts'

const sources: Sources = new Map(
  readdirSync(root('src'), { recursive: true, encoding: 'utf8' })
    .map((path) => `src/${path.replaceAll('\\', '/')}`)
    .filter((path) => /\.c?ts$/.test(path))
    .map((path) => [path, readFileSync(root(path), 'utf8')]),
)

describe('src', () => {
  it('has a floor for every file', () => {
    expect(strays(sources)).toEqual([])
  })

  it('imports from the same folder and from floors below', () => {
    expect(wrongWays(sources)).toEqual([])
  })

  it('has no circle of folders', () => {
    expect(circles(sources)).toEqual([])
  })

  it('says in plain text what it imports', () => {
    expect(unreadableImports(sources)).toEqual([])
  })

  it('imports only packages that it declares', () => {
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    const undeclared = packageImports(sources).filter(
      (line) => !declared.includes(line.split(': ')[1]!),
    )
    expect(undeclared).toEqual([])
  })

  it('keeps the clients of OpenID Connect where they belong', () => {
    const users = (name: string) =>
      packageImports(sources)
        .filter((line) => line.endsWith(`: ${name}`))
        .map((line) => line.split('/').slice(0, 3).join('/'))
    expect(new Set(users('openid-client'))).toEqual(new Set(['src/lib/oidc']))
    expect(new Set(users('jose'))).toEqual(new Set(['src/lib/emulator', 'src/lib/oidc']))
  })

  it('has a client that loads neither a framework nor a session', () => {
    const reached = reachedFrom('src/client.ts', sources)
    const used = new Map([...sources].filter(([path]) => reached.has(path)))
    const folders = new Set([...used.keys()].map((path) => path.split('/').slice(0, 3).join('/')))
    expect([...folders].filter((path) => !path.endsWith('.ts')).sort()).toEqual([
      'src/lib/client',
      'src/lib/ground',
      'src/lib/management',
      'src/lib/oidc',
      'src/lib/outgoing',
      'src/lib/webhooks',
    ])
    const packages = packageImports(used).map((line) => line.split(': ')[1])
    expect(new Set(packages)).toEqual(new Set(['jose', 'openid-client']))
  })

  it('has no barrel', () => {
    expect(barrels(sources)).toEqual([])
  })

  it.each(entries)('entry %s only passes names on', (_name, path) => {
    expect(besidesExports(readFileSync(root(path), 'utf8'))).toBe('')
  })
})

describe('the checker', () => {
  it.each([
    ['up', 'src/lib/oidc/a.ts', "import { b } from '../http/b.ts'"],
    ['up, for a type', 'src/lib/oidc/a.ts', "import type { B } from '../auth/b.ts'"],
    ['up, for a type in the middle', 'src/lib/oidc/a.ts', "let b: import('../auth/b.ts').B"],
    ['up, by a dynamic import', 'src/lib/auth/a.ts', 'await import("../http/b.ts")'],
    ['up, for its effect', 'src/lib/auth/a.ts', "import '../http/b.ts'"],
    ['up, over several lines', 'src/lib/auth/a.ts', "import {\n  b,\n} from '../http/b.ts'"],
    ['up, to be passed on', 'src/lib/auth/a.ts', "export * from '../http/b.ts'"],
    ['up, behind another import', 'src/lib/auth/a.ts', "import './c.ts'; import '../http/b.ts'"],
    ['up, in a declaration', 'src/lib/auth/a.ts', "declare module '../http/b.ts' {}"],
    ['from the ground', 'src/lib/ground/a.ts', "import { b } from '../oidc/b.ts'"],
    ['from the ground to what calls out', 'src/lib/ground/a.ts', "import '../outgoing/b.ts'"],
    ['from the ground to the configuration', 'src/lib/ground/a.ts', "import '../config/b.ts'"],
    ['to a file at the root of src/lib', 'src/lib/http/a.ts', "import { b } from '../b.ts'"],
    ['from a folder to an entry', 'src/lib/http/a.ts', "import { b } from '../../index.ts'"],
    ['from one entry to another', 'src/testing.ts', "export { b } from './index.ts'"],
    ['sideways', 'src/lib/oidc/a.ts', "import { b } from '../session/b.ts'"],
    ['sideways at the top', 'src/lib/adapters/a.ts', "import { b } from '../http/pages/b.ts'"],
    ['up within http', 'src/lib/http/guards/a.ts', "import { b } from '../sign-in/b.ts'"],
    ['from a room of http to its root', 'src/lib/http/sign-in/a.ts', "import '../routes.ts'"],
    ['from below to the options', 'src/lib/auth/a.ts', "import type { B } from '../config/b.ts'"],
    ['into the kit from the emulator', 'src/lib/emulator/a.ts', "import '../oidc/b.ts'"],
    [
      'to other webhooks code from the emulator',
      'src/lib/emulator/a.ts',
      "import '../webhooks/b.ts'",
    ],
    ['into the kit from a room of it', 'src/lib/emulator/oauth/a.ts', "import '../../oidc/b.ts'"],
    ['past that room', 'src/lib/emulator/rest/a.ts', "import '../../webhooks/verify.ts'"],
    ['up in the emulator', 'src/lib/emulator/oauth/a.ts', "import { b } from '../rest/b.ts'"],
    ['up to its root', 'src/lib/emulator/oauth/a.ts', "import { b } from '../emulator.ts'"],
    ['sideways in it', 'src/lib/emulator/oauth/a.ts', "import { b } from '../directory/b.ts'"],
    ['to an unknown folder', 'src/lib/http/a.ts', "import { b } from '../stuff/b.ts'"],
    ['to a folder instead of a file', 'src/lib/http/a.ts', "import { b } from '../auth'"],
    ['out of src', 'src/lib/http/a.ts', "import { b } from '../../../test/b.ts'"],
  ])('sees an import that goes %s', (_case, from, text) => {
    expect(wrongWays(new Map([[from, text]]))).toHaveLength(1)
  })

  it.each([
    ['within a folder', 'src/lib/oidc/a.ts', "import { b } from './b.ts'"],
    ['to a folder within', 'src/lib/oidc/a.ts', "import { b } from './deep/b.ts'"],
    ['down within http', 'src/lib/http/sign-in/a.ts', "import { b } from '../guards/b.ts'"],
    ['to the ground', 'src/lib/oidc/a.ts', "import { b } from '../ground/b.ts'"],
    ['from http to the options', 'src/lib/http/a.ts', "import type { B } from '../config/b.ts'"],
    ['between files of the configuration', 'src/lib/config/a.ts', "import './b.ts'"],
    ['from the emulator to events', 'src/lib/emulator/a.ts', "import '../webhooks/events.ts'"],
    [
      'to events from its rooms',
      'src/lib/emulator/world/a.ts',
      "import '../../webhooks/events.ts'",
    ],
    ['from there to the ground', 'src/lib/emulator/rest/a.ts', "import '../../ground/b.ts'"],
    ['down in the emulator', 'src/lib/emulator/rest/a.ts', "import { b } from '../oauth/b.ts'"],
    ['down from its root', 'src/lib/emulator/a.ts', "import { b } from './rest/b.ts'"],
    ['from an entry to anything', 'src/index.ts', "export { b } from './lib/testing/b.ts'"],
  ])('lets pass an import %s', (_case, from, text) => {
    expect(wrongWays(new Map([[from, text]]))).toEqual([])
  })

  it.each([
    'src/lib/a.ts',
    'src/lib/stuff/a.ts',
    'src/more/a.ts',
    'src/more/a.cts',
    'src/lib/emulator/stuff/a.ts',
  ])('sees a file on no floor: %s', (path) => {
    expect(strays(new Map([[path, '']]))).toEqual([path])
  })

  it.each([
    'src/lib/emulator/a.ts',
    'src/lib/emulator/rest/a.ts',
    'src/lib/adapters/redis/a.ts',
    'src/lib/session/a.cts',
  ])('sees the floor of %s', (path) => {
    expect(strays(new Map([[path, '']]))).toEqual([])
  })

  it('sees a circle of folders', () => {
    const circle: Sources = new Map([
      ['src/lib/oidc/a.ts', "import '../session/b.ts'; import './c.ts'; import '../ground/d.ts'"],
      ['src/lib/session/b.ts', "import type { C } from '../emulator/rest/c.ts'"],
      ['src/lib/emulator/rest/c.ts', "import '../../oidc/c.ts'"],
      ['src/lib/client/e.ts', "import '../oidc/a.ts'"],
    ])
    expect(circles(circle)).toEqual([
      'oidc -> session -> emulator/rest -> oidc',
      'session -> emulator/rest -> oidc -> session',
      'emulator/rest -> oidc -> session -> emulator/rest',
    ])
  })

  it.each(['await import(name)', 'await import(`./a.ts`)', 'require(name)'])(
    'sees an import it cannot read: %s',
    (text) => {
      expect(unreadableImports(new Map([['src/lib/a.ts', text]]))).toEqual(['src/lib/a.ts'])
    },
  )

  it.each([
    ["import a from 'left-pad'", 'left-pad'],
    ["import type { A } from '@types/a/b'", '@types/a'],
    ["await import('express-scalekit/testing')", 'express-scalekit'],
    ["import 'fs'", 'fs'],
  ])('sees the package in %s', (text, name) => {
    expect(packageImports(new Map([['src/lib/a.ts', text]]))).toEqual([`src/lib/a.ts: ${name}`])
  })

  it.each([
    ['src/lib/http/index.ts', ''],
    ['src/lib/http/a.ts', "export * from './b.ts'"],
    ['src/lib/http/a.ts', "export type {\n  B,\n} from './b.ts'"],
  ])('sees a barrel: %s %s', (path, text) => {
    expect(barrels(new Map([[path, text]]))).toEqual([path])
  })

  it.each([
    "export * from './lib/a.ts'\n",
    "export * as a from './lib/a.ts'\n",
    "import './lib/a.ts'\n",
    'export const a = 1\n',
    "export { a } from './lib/a.ts'\nconsole.log(1)\n",
    'const a = 1\nexport { a }\n',
  ])('sees that an entry does more than pass on: %s', (text) => {
    expect(besidesExports(text)).not.toBe('')
  })
})
