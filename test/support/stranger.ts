import { expect } from 'vitest'
import { expectHarmless, tokenCallCount } from './answers.ts'
import type { Application } from './application.ts'
import { rawGet } from './raw-request.ts'
import { background } from './visitor.ts'

/** Whatever a visitor can ask for without changing anything, and a callback that nobody began. */
const places = ['/app', '/public', '/me', '/callback?code=a&state=b']

/**
 * Brings cookies to every place of the application and demands that none of it does any harm.
 *
 * @param cookies The values of the `Cookie` lines, sent byte for byte.
 * @returns whom the application takes the visitor for; all places must agree
 */
export async function whoIsIt(
  { url, emulator }: Application,
  cookies: readonly string[],
  more: readonly string[] = [],
): Promise<string | undefined> {
  const lines = [...headerLines(background), ...cookies.map((cookie) => `Cookie: ${cookie}`)]
  const before = tokenCallCount(emulator)
  const answers = await Promise.all(places.map((path) => rawGet(url, path, [...lines, ...more])))
  answers.forEach(expectHarmless)
  expect(tokenCallCount(emulator)).toBe(before)
  const [guarded, open, me] = answers.map(({ status, body }) =>
    status === 200 ? JSON.parse(body).user?.email : undefined,
  )
  expect([open, me]).toEqual([guarded, guarded])
  return guarded
}

export function headerLines(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
}
