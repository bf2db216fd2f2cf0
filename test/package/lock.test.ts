import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { manifest, readJson, root } from './manifest.ts'

interface Lock {
  readonly packages: Readonly<
    Record<string, { resolved?: string; link?: boolean; dev?: boolean; optional?: boolean }>
  >
}

/** All that an application gets with the package. Auth packages are judged by what they pull in. */
const installed = [
  'cookie',
  'cookie-signature',
  'debug',
  'depd',
  'express-session',
  'express-session/node_modules/cookie',
  'jose',
  'ms',
  'oauth4webapi',
  'on-headers',
  'openid-client',
  'parseurl',
  'random-bytes',
  'safe-buffer',
  'uid-safe',
]

describe('package-lock.json', () => {
  const { packages } = readJson<Lock>('package-lock.json')

  it('names no place to download from, so that any registry serves', () => {
    const addressed = Object.keys(packages).filter((path) => packages[path]!.resolved !== undefined)
    expect(addressed).toEqual([])
    expect(readFileSync(root('package-lock.json'), 'utf8')).not.toMatch(/"resolved"|registry\./)
    expect(readFileSync(root('.npmrc'), 'utf8')).toMatch(/^omit-lockfile-registry-resolved=true$/m)
  })

  it('holds what the manifest asks for', () => {
    expect(packages['']).toMatchObject({
      name: manifest.name,
      version: manifest.version,
      dependencies: manifest.dependencies,
      peerDependencies: manifest.peerDependencies,
      engines: manifest.engines,
    })
  })

  it('installs these packages with ours and no other', () => {
    const production = Object.keys(packages)
      .filter((path) => path !== '' && !packages[path]!.dev)
      .map((path) => path.replace('node_modules/', ''))
    expect(production).toEqual(installed)
  })
})

describe('the repository', () => {
  it.skipIf(!existsSync(root('.git')))('holds at its top only what belongs there', () => {
    const tracked = git('ls-files').map((path) => path.split('/')[0]!)
    const undotted = [...new Set(tracked)].filter((name) => !name.startsWith('.'))
    expect(undotted.sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'examples',
      'package-lock.json',
      'package.json',
      'src',
      'test',
      'tsconfig.json',
    ])
  })
})

/** The lines a git command prints, also where the repository belongs to another user. */
function git(...args: string[]): string[] {
  const options = { cwd: root(''), encoding: 'utf8' } as const
  const output = execFileSync('git', ['-c', 'safe.directory=*', ...args], options)
  return output.split('\n').filter((line) => line !== '')
}
