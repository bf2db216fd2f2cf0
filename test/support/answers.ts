import { expect } from 'vitest'
import type { Emulator } from '../../src/testing.ts'
import type { RawAnswer } from './raw-request.ts'

/** How often a code was redeemed, or tried to be. */
export function tokenCallCount({ requests }: Emulator): number {
  return requests.filter(({ path }) => path === '/oauth/token').length
}

/** Whatever was asked: no failure of ours, no session, and no waiting. */
export function expectHarmless({ status, headers, elapsedMs }: RawAnswer): void {
  expect(status).toBeLessThan(500)
  expect(elapsedMs).toBeLessThan(1000)
  expect(headers.filter(([name, value]) => name === 'set-cookie' && !isClearing(value))).toEqual([])
}

/** Whether a `Set-Cookie` line takes a cookie away. */
export function isClearing(line: string): boolean {
  return /^[^=]+=;/.test(line)
}
