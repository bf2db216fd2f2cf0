import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Pool } from 'pg'

const binaries = findBinaries()

/** A build server has to run these tests; a laptop without PostgreSQL may leave them out. */
export const hasPostgres: boolean = binaries !== undefined || process.env.CI === 'true'

/** A PostgreSQL of this test's own, in a temporary folder, on a socket and no port. */
export interface Postgres {
  /** Where it is, as clients of it take that. */
  readonly address: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly database: string
  }
  readonly pool: Pool
  /** The pool of another process. */
  connect(): Pool
  /** Ends the server as a power cut does. */
  kill(): Promise<void>
  /** Starts it again with all that was committed. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function startPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'))
  const owner = serverUser()
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const data = join(folder, 'data')
  const run = { ...owner, stdio: 'ignore', cwd: folder } as const
  const flags = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--no-sync']
  execFileSync(join(binaries!, 'initdb'), [...flags, data], run)

  const start = () =>
    spawn(
      join(binaries!, 'postgres'),
      ['-D', data, '-F', '-k', folder, '-h', '', '-p', '5432'],
      run,
    )
  const address = { host: folder, port: 5432, user: 'postgres', database: 'postgres' }
  const pools: Pool[] = []
  let server = start()

  function connect(): Pool {
    const pool = new Pool({ ...address, connectionTimeoutMillis: 10_000 })
    pool.on('error', () => {})
    pools.push(pool)
    return pool
  }

  async function kill(): Promise<void> {
    if (!server.kill('SIGQUIT')) return
    await once(server, 'exit')
  }

  const pool = connect()
  // Not `eventually`: figures are measured outside of a test, too.
  async function isUp(): Promise<void> {
    for (let isReady = false; !isReady; ) {
      isReady = await pool.query('select 1').then(
        () => true,
        () => wait(50, false),
      )
    }
  }
  await isUp()
  return {
    address,
    pool,
    connect,
    kill,
    async restart() {
      server = start()
      await isUp()
    },
    async close() {
      await Promise.all(pools.filter((each) => !each.ended).map((each) => each.end()))
      await kill()
      rmSync(folder, { recursive: true })
    },
  }
}

/** PostgreSQL does not run as root, so there it runs as the user that its package made. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/** Debian keeps them out of the path, in a folder for each version. */
function findBinaries(): string | undefined {
  const versions = '/usr/lib/postgresql'
  const folders = existsSync(versions)
    ? readdirSync(versions).map((version) => join(versions, version, 'bin'))
    : []
  const path = process.env.PATH?.split(':') ?? []
  return [...path, ...folders].findLast((folder) => existsSync(join(folder, 'initdb')))
}
