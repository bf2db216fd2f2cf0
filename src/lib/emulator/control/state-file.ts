import { existsSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import type { State } from '../state/state.ts'
import type { EmulatorSeed } from '../world/seed.ts'
import { readJsonFile } from '../world/seed-file.ts'
import type { EmulatorControls } from './controls.ts'
import type { EmulatorState } from './saved-state.ts'

/** A file that follows what the emulator holds. */
export interface StateFile {
  /** Something may have changed: writes the file if it did. */
  changed(): void
  /** Writes the file for the last time. @throws if it cannot be written */
  close(): Promise<void>
}

type Controls = Pick<EmulatorControls, 'exportState' | 'importState'>

/**
 * Goes on from a state file, where there is one. Webhooks of the seed are added to those it keeps.
 *
 * @throws an Error that names the file and what is wrong with it
 */
export async function openStateFile(
  { webhooks }: State,
  controls: Controls,
  { stateFile: file = '', webhooks: seeded = [], log }: EmulatorSeed,
): Promise<StateFile> {
  if (existsSync(file)) {
    importFrom(file, await readJsonFile(file), controls)
    const kept = new Set(webhooks.subscriptions().map(({ url }) => url))
    for (const added of seeded.filter(({ url }) => !kept.has(url))) webhooks.subscribe(added)
  }
  const write = createWriter(file, controls)
  // At once, so that a file that cannot be written is known now.
  await write()
  return {
    changed: () => void write().catch((error: Error) => log?.(error.message)),
    close: write,
  }
}

function importFrom(file: string, saved: unknown, { importState }: Controls): void {
  try {
    importState(saved as EmulatorState)
  } catch (error) {
    throw new Error(
      `${file} is not a state of this emulator: ${(error as Error).message}. Remove the file to begin anew.`,
      { cause: error },
    )
  }
}

/** One write after the other, each of what is held when it begins, and none without a change. */
function createWriter(file: string, { exportState }: Controls): () => Promise<void> {
  let written = ''
  let last: Promise<void> = Promise.resolve()
  async function writeChanged(): Promise<void> {
    const content = `${JSON.stringify(await exportState(), null, 2)}\n`
    if (content === written) return
    await replaceFile(file, content)
    written = content
  }
  return () => {
    // A failed write is reported to its own caller, and the next one is made all the same.
    last = last.catch(() => {}).then(writeChanged)
    return last
  }
}

/** A process that ends while it writes leaves the file as it was. */
async function replaceFile(file: string, content: string): Promise<void> {
  const fresh = `${file}.${process.pid}.tmp`
  try {
    await writeFile(fresh, content, { mode: 0o600 })
    await rename(fresh, file)
  } catch (error) {
    await rm(fresh, { force: true })
    throw new Error(`${file} cannot be written: ${(error as NodeJS.ErrnoException).code}`, {
      cause: error,
    })
  }
}
