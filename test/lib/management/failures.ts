import { inspect } from 'node:util'
import { expect } from 'vitest'
import { ApiError } from '../../../src/client.ts'

/** Waits for a call to fail, by an error of the client's own. */
export async function failureOf(work: Promise<unknown>): Promise<ApiError> {
  const error = await work.then(
    () => expect.fail('it succeeded'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ApiError)
  return error as ApiError
}

/** How many timers keep this process from its end. */
export function runningTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

/** Whatever a log would show of a value holds no secret of these tests; all have this end. */
export function expectNoSecret(value: unknown): void {
  const shown = inspect(value, { depth: 20, showHidden: true, getters: true })
  for (const text of [shown, JSON.stringify(value), String(value)]) {
    expect(text).not.toContain('that-nobody-may-see')
  }
}
