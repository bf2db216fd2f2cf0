import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { randomText } from '../ground/bytes.ts'
import { ConfigError } from '../ground/errors.ts'

/**
 * The process that holds a file. The system reuses process ids, so the time at which the process
 * began is kept as well.
 */
interface Holder {
  readonly pid: number
  readonly began: string
  readonly token: string
}

/**
 * Locks a file for this process. The lock of a dead process does not count.
 *
 * @returns a function that tells whether this process still holds the lock. A process that cannot
 *   see the others, e.g. in another container, can take the lock of a live one.
 * @throws {@link ConfigError} while another process holds the lock
 */
export function lockFile(file: string): () => boolean {
  const path = `${file}.lock`
  const holder: Holder = { pid: process.pid, began: beganOf(process.pid), token: randomText(128) }
  const content = JSON.stringify(holder)
  const draft = `${path}.${holder.token}`
  writeFileSync(draft, content, { mode: 0o600 })
  try {
    take(file, path, draft)
  } finally {
    rmSync(draft, { force: true })
  }
  return () => contentOf(path) === content
}

function take(file: string, path: string, draft: string): void {
  try {
    // Fails if the lock exists, so only one of two concurrent processes gets it.
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const content = contentOf(path)
    const holder = content === undefined ? undefined : holderIn(content)
    if (holder && isRunning(holder)) throw inUse(file, holder)
    renameSync(draft, path)
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Parses a lock. An incomplete one is ignored: the machine went down while it was written. */
function holderIn(content: string): Holder | undefined {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

function isRunning({ pid, began }: Holder): boolean {
  // A lock that this process itself left in a file that it opens again.
  if (pid === process.pid && began === beganOf(pid)) return false
  return beganOf(process.pid) === '' ? answersSignals(pid) : began === beganOf(pid)
}

/**
 * When a process began, if the system reports it. After a restart of the machine or container,
 * process ids begin again.
 */
function beganOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    // The process name, in parentheses, may contain any character. @see proc_pid_stat(5), field 22
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    return `${boot} ${fields[19]}`
  } catch {
    return ''
  }
}

function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function inUse(file: string, { pid }: Holder): ConfigError {
  return new ConfigError([
    `memoryStore({ file }) is for one process, and process ${pid} has ${file}: give several processes a redisStore(client) or postgresStore(pool)`,
  ])
}
