import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ConfigError } from '../ground/errors.ts'
import { lockFile } from './file-lock.ts'

/**
 * The contents of one line: a JSON object with one member, whose name is the kind of the record.
 */
export type FileRecord = Readonly<Record<string, unknown>>

/** Records in a file. While a process holds the file, it is only appended to. */
export interface FileLog {
  /** The records in the file when it was opened. */
  readonly records: readonly FileRecord[]
  /** Calls `keep` with each record that any store of this process appends. */
  listen(keep: (record: FileRecord) => void): void
  /** Resolves when the records are synced to disk and passed to every listener. */
  append(records: readonly FileRecord[]): Promise<void>
}

/** A file that this process has open. Two stores on one file share it. */
interface OpenFile {
  isHeld(): boolean
  readonly listeners: Set<(record: FileRecord) => void>
  /** Resolves when all earlier records are in the file. */
  tail: Promise<unknown>
}

const openFiles = new Map<string, OpenFile>()

/**
 * Opens a file and creates it if it does not exist.
 *
 * @param prepare Maps the records found in the file to those that are kept.
 * @throws {@link ConfigError} if the file cannot be used
 */
export function openFileLog(file: string, prepare: Prepare): FileLog {
  const path = resolve(file)
  try {
    return openAt(path, prepare)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError([`memoryStore({ file }) cannot use ${path}: ${(error as Error).message}`])
  }
}

type Prepare = (records: readonly FileRecord[]) => readonly FileRecord[]

function openAt(path: string, prepare: Prepare): FileLog {
  const known = openFiles.get(path)
  const file: OpenFile = known ?? {
    isHeld: lockFile(path),
    listeners: new Set(),
    tail: Promise.resolve(),
  }
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const found = recordsIn(text, path)
  // If the file is open already, another store of this process may be writing to it now.
  const records = known ? found : prepare(found)
  if (!known) replace(path, textOf(records), text)
  openFiles.set(path, file)
  return {
    records,
    listen: (keep) => void file.listeners.add(keep),
    append(added) {
      const appended = file.tail.then(() => append(path, file, added))
      file.tail = appended.catch(() => {})
      return appended
    },
  }
}

/**
 * Parses the lines. The part after the last line break was being written when the process ended; it
 * was never acknowledged.
 */
function recordsIn(text: string, path: string): FileRecord[] {
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)
  return lines.map((line, at) => {
    try {
      return JSON.parse(line)
    } catch {
      throw new ConfigError([
        `memoryStore({ file }) cannot read line ${at + 1} of ${path}. Restore the file; or delete it, which ends all sessions`,
      ])
    }
  })
}

function textOf(records: readonly FileRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}

/** Replaces the file atomically: after a power cut, either the old or the new content is there. */
function replace(path: string, text: string, before: string): void {
  if (text === before && existsSync(path)) return
  const draft = `${path}.draft`
  writeFileSync(draft, text, { mode: 0o600 })
  syncFile(draft, 'r+')
  renameSync(draft, path)
  // Windows cannot sync a directory.
  if (process.platform !== 'win32') syncFile(dirname(path), 'r')
}

function syncFile(path: string, flags: string): void {
  const descriptor = openSync(path, flags)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

async function append(path: string, file: OpenFile, records: readonly FileRecord[]): Promise<void> {
  if (!file.isHeld()) throw taken(path)
  // Without O_CREAT: a deleted file has lost its epoch, and a new file must not begin without one.
  const handle = await open(path, constants.O_WRONLY | constants.O_APPEND)
  try {
    await appendWhole(handle, textOf(records))
  } finally {
    await handle.close()
  }
  for (const keep of file.listeners) records.forEach(keep)
}

/**
 * Removes a partly written line, e.g. after the disk became full, so that the next line does not
 * continue it.
 */
async function appendWhole(handle: FileHandle, text: string): Promise<void> {
  const { size } = await handle.stat()
  try {
    await handle.writeFile(text)
    await handle.sync()
  } catch (error) {
    await handle.truncate(size)
    throw error
  }
}

function taken(path: string): Error {
  return new Error(
    `Another process has taken ${path}: give several processes a redisStore(client) or postgresStore(pool)`,
  )
}
