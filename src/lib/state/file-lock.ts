import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { randomText } from '../ground/bytes.ts'
import { ConfigError } from '../ground/errors.ts'

/** Who has a file: a number that a later process may get again, and when that process began. */
interface Holder {
  readonly pid: number
  readonly began: string
  readonly token: string
}

/**
 * Takes a file for this process. A process that died holds nothing.
 *
 * @returns whether this process still has it: one that cannot see the others, as in a container of
 *   its own, takes a file that is in use
 * @throws {@link ConfigError} while another process has it
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
    // Fails where it exists, so that of two processes one comes second.
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

/** Half a lock is none: the machine went down while it was written. */
function holderIn(content: string): Holder | undefined {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

function isRunning({ pid, began }: Holder): boolean {
  // What this process left in a file that it opens again.
  if (pid === process.pid && began === beganOf(pid)) return false
  return beganOf(process.pid) === '' ? answersSignals(pid) : began === beganOf(pid)
}

/** Where the system tells: after a restart of machine or container, numbers begin again. */
function beganOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    // The name, in parentheses, may contain anything. @see proc_pid_stat(5), field 22
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
