import { existsSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import type { State } from '../state/state.ts'
import type { EmulatorSeed } from '../world/seed.ts'
import { readJsonFile } from '../world/seed-file.ts'
import type { EmulatorControls } from './controls.ts'
import type { EmulatorState } from './saved-state.ts'

/** A file that mirrors the emulator's state. */
export interface StateFile {
  /** Reports a possible change. The file is written if the state did change. */
  changed(): void
  /** Writes the file for the last time. @throws if it cannot be written */
  close(): Promise<void>
}

type Controls = Pick<EmulatorControls, 'exportState' | 'importState'>

/**
 * Continues from a state file, if it exists. The seed's webhooks are added to those in the file.
 *
 * @throws an Error that names the file and the problem
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
  // Immediately, so that an unwritable file is reported at startup.
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

/**
 * Writes one state after another, never two at once. Each write saves the state at its beginning.
 * An unchanged state is not written.
 */
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
    // A failed write is reported to its own caller. The next one is still attempted.
    last = last.catch(() => {}).then(writeChanged)
    return last
  }
}

/** Replaces the file atomically: a crash during the write leaves the old file. */
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
