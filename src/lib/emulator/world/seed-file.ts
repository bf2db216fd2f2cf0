import { readFile } from 'node:fs/promises'
import { readKind } from './kinds.ts'
import type { EmulatorSeed } from './seed.ts'
import { seedKind } from './seed-kinds.ts'

/**
 * Reads a seed from a JSON file.
 *
 * @throws an Error that names the file, the path of each value that is wrong, and what to write
 */
export async function readSeedFile(file: string): Promise<EmulatorSeed> {
  const { value, problems } = readKind(seedKind, await readJsonFile(file))
  if (problems.length > 0) throw new Error(`${file}: ${problems.join('; ')}`)
  const { $schema: _, ...seed } = value
  return seed
}

/** @throws an Error that names the file and, for a mistake in the JSON, its line */
export async function readJsonFile(file: string): Promise<unknown> {
  const content = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${file} cannot be read: ${error.code}`, { cause: error })
  })
  try {
    return JSON.parse(content)
  } catch (error) {
    throw new Error(`${file} is not JSON${lineOf(content, error as Error)}`, { cause: error })
  }
}

/**
 * Returns the line of a JSON error. V8's message names a position, or quotes the input, which may
 * contain a secret.
 */
function lineOf(content: string, { message }: Error): string {
  const [, position] = /at position (\d+)/.exec(message) ?? []
  if (position === undefined) return ''
  return `: see line ${content.slice(0, Number(position)).split('\n').length}`
}
