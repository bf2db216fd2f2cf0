import { appendFile, readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'

/**
 * Adds variables to a file such as `.env`. Existing variables keep their values.
 *
 * @returns a line about the additions, and one for each variable that has a different value in the
 *   file
 */
export async function addToEnvFile(
  file: string,
  variables: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const content = await contentOf(file)
  const present = parseEnv(content)
  const missing = Object.entries(variables).filter(([name]) => present[name] === undefined)
  if (missing.length > 0) {
    const lines = missing.map(([name, value]) => `${name}=${value}\n`).join('')
    const start = content === '' || content.endsWith('\n') ? '' : '\n'
    // These values are for an emulator, but an environment file usually gets real secrets later.
    await appendFile(file, start + lines, { mode: 0o600 })
  }
  const kept = Object.entries(variables).filter(([name, value]) => {
    return present[name] !== undefined && present[name] !== value
  })
  const added = missing.map(([name]) => name)
  return [
    added.length > 0
      ? `Added to ${file}: ${added.join(', ')}.`
      : `${file} has all variables already.`,
    ...kept.map(
      ([name]) => `${file} keeps another ${name}. To use this emulator, remove that line.`,
    ),
  ]
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return ''
    throw new Error(`${file} cannot be read: ${code}`, { cause: error })
  }
}
