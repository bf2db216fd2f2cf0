import { execFile } from 'node:child_process'
import { cp, mkdir, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { manifest, root } from './manifest.ts'

/** What a program that has ended left behind. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. */
export function run(
  cwd: string,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = cleanEnvironment(),
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, env, maxBuffer: 1e7 }, (error, stdout, stderr) => {
      if (!error) resolve({ code: 0, stdout, stderr })
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr })
      else reject(error)
    })
  })
}

/** Runs a command that this repository has installed. */
export function runTool(cwd: string, name: string, ...args: string[]): Promise<Ended> {
  return run(cwd, root(`node_modules/.bin/${name}`), args)
}

/** This process's environment without what npm, the test runner and a developer put there. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const isOurs = /^(npm_|vitest|NODE_|SCALEKIT_|APP_BASE_URL$|PORT$|FORCE_COLOR$)/i
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOurs.test(name)))
}

/**
 * Packs a copy of the repository, as publishing would, so that no other build is disturbed.
 *
 * @returns the path of the tarball in `folder`
 */
export async function pack(folder: string): Promise<string> {
  const copy = join(folder, 'repository')
  const isLeftOut = /^(node_modules|dist|coverage|\.git)$/
  await cp(root(''), copy, { recursive: true, filter: (path) => !isLeftOut.test(basename(path)) })
  await symlink(root('node_modules'), join(copy, 'node_modules'))
  const args = ['pack', '--silent', '--offline', '--pack-destination', folder]
  const { code, stderr } = await run(copy, 'npm', args)
  if (code !== 0) throw new Error(`npm pack failed: ${stderr}`)
  await rm(copy, { recursive: true })
  return join(folder, `${manifest.name}-${manifest.version}.tgz`)
}

/**
 * Makes a project with the packed package unpacked in its `node_modules`, and with other packages
 * linked from ours, so that no network is needed.
 */
export async function makeProject(
  folder: string,
  template: string,
  tarball: string,
  packages: readonly string[],
): Promise<void> {
  await cp(root(`test/package/projects/${template}`), folder, { recursive: true })
  await unpack(tarball, join(folder, 'node_modules', manifest.name))
  await link(folder, packages)
}

export async function unpack(tarball: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const { code, stderr } = await run(folder, 'tar', ['-xzf', tarball, '--strip-components=1'])
  if (code !== 0) throw new Error(`tar failed: ${stderr}`)
}

/** Links packages of ours into a project. */
export async function link(folder: string, packages: readonly string[]): Promise<void> {
  for (const name of packages) {
    const place = join(folder, 'node_modules', name)
    await mkdir(dirname(place), { recursive: true })
    await symlink(root(`node_modules/${name}`), place)
  }
}
