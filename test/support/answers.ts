import { expect } from 'vitest'
import type { Emulator } from '../../src/testing.ts'
import type { RawAnswer } from './raw-request.ts'

/** How often a code was redeemed, or tried to be. */
export function tokenCallCount({ requests }: Emulator): number {
  return requests.filter(isRedeemed).length
}

/** Whether a request redeems a code; looking a domain up takes a token of the application's own. */
export function isRedeemed({ path, form }: Emulator['requests'][number]): boolean {
  return path === '/oauth/token' && form.get('grant_type') === 'authorization_code'
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
