import { nonEmptyString, originUrl } from './fields.ts'

/**
 * Returns the origin of an environment. Accepts a host, as the dashboard shows it, or a URL, as the
 * documentation shows it.
 */
export function environmentOrigin(given: unknown): URL {
  const hasScheme = given instanceof URL || /^[a-z]+:\/\//i.test(nonEmptyString(given))
  return originUrl(hasScheme ? given : `https://${given}`)
}

/** Where an emulator is accepted instead of Scalekit. */
export interface EmulatorRules {
  /** Whether an emulator is accepted at all: over http on this machine, with its public secrets. */
  readonly isAllowed: boolean
  /** Whether the emulator may be reached over http on another machine, such as a container. */
  readonly isAllowedElsewhere: boolean
}

/**
 * Refuses http, since secrets are sent to this URL. The only exception is an emulator, where one is
 * allowed.
 */
export function assertEncrypted(url: URL, emulator: EmulatorRules): void {
  if (url.protocol !== 'http:') return
  const { isAllowed, isAllowedElsewhere } = emulator
  if (isAllowed && (isAllowedElsewhere || isLoopback(url))) return
  throw new Error(
    `must begin with https://; http is accepted only for an emulator on this machine${isAllowed ? ', and with `dangerouslyAllowHttp` for one elsewhere' : ''}`,
  )
}

/** Whether a URL points to this machine, where the emulator listens. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
