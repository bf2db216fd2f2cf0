import { spawn } from 'node:child_process'
import { createReadStream, readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { manifest, root } from './manifest.ts'

/** A registry for npm on this machine, so that what it installs is installed without a network. */
export interface Registry {
  readonly url: string
  close(): Promise<void>
}

/** Serves our packed package, and every other one in the versions that are installed here. */
export async function startRegistry(tarball: string): Promise<Registry> {
  const folders = installedFolders()
  const server = createServer((req, res) => {
    const path = decodeURIComponent(req.url ?? '/').slice(1)
    if (path === 'own.tgz') createReadStream(tarball).pipe(res)
    else if (folders.includes(path)) sendPacked(root(path), res)
    else sendPackument(path, folders, `http://${req.headers.host}`, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What npm is told so that it asks this registry and keeps what it got in `cache`. */
export function npmSettings({ url }: Registry, cache: string): NodeJS.ProcessEnv {
  return {
    npm_config_registry: url,
    npm_config_cache: cache,
    npm_config_audit: 'false',
    npm_config_update_notifier: 'false',
  }
}

/** As the lock file has them: `node_modules/a`, `node_modules/a/node_modules/b`. */
function installedFolders(): readonly string[] {
  const lock = JSON.parse(readFileSync(root('package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly optional?: boolean }>>
  }
  return Object.entries(lock.packages)
    .filter(([folder, { optional }]) => folder !== '' && !optional)
    .map(([folder]) => folder)
}

/** What npm asks about a name: its versions, and where each is. */
function sendPackument(
  name: string,
  folders: readonly string[],
  origin: string,
  res: ServerResponse,
): void {
  const found = folders
    .filter((folder) => folder.endsWith(`node_modules/${name}`))
    .map((folder) => versionAt(root(folder), `${origin}/${folder}`))
  const versions = name === manifest.name ? [versionAt(root(''), `${origin}/own.tgz`)] : found
  res.statusCode = versions.length > 0 ? 200 : 404
  res.setHeader('content-type', 'application/json')
  res.end(
    JSON.stringify({
      name,
      // What lies at the top is the one that we depend on ourselves.
      'dist-tags': { latest: versions[0]?.version },
      versions: Object.fromEntries(versions.map((version) => [version.version, version])),
    }),
  )
}

function versionAt(folder: string, tarball: string) {
  const { scripts, ...rest } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly version: string
    readonly scripts?: unknown
  }
  return { ...rest, dist: { tarball } }
}

/** Packs a folder on the way; npm drops the first part of each path, whatever it is. */
function sendPacked(folder: string, res: ServerResponse): void {
  const args = ['-czf', '-', '--exclude', 'node_modules', '-C', dirname(folder), basename(folder)]
  spawn('tar', args, { stdio: ['ignore', 'pipe', 'inherit'] }).stdout.pipe(res)
}
