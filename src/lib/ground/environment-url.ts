import { nonEmptyString, originUrl } from './fields.ts'

/** An environment's origin. The dashboard shows a host, the documentation a URL; both are meant. */
export function environmentOrigin(given: unknown): URL {
  const hasScheme = given instanceof URL || /^[a-z]+:\/\//i.test(nonEmptyString(given))
  return originUrl(hasScheme ? given : `https://${given}`)
}

/** Where an emulator in place of Scalekit is accepted. */
export interface EmulatorRules {
  /** Whether there may be one at all: over http on this machine, with its public secrets. */
  readonly isAllowed: boolean
  /** Whether it may be reached over http on another machine, such as a container. */
  readonly isAllowedElsewhere: boolean
}

/** Secrets go there: unencrypted to nowhere but an emulator, where one is allowed. */
export function assertEncrypted(url: URL, emulator: EmulatorRules): void {
  if (url.protocol !== 'http:') return
  const { isAllowed, isAllowedElsewhere } = emulator
  if (isAllowed && (isAllowedElsewhere || isLoopback(url))) return
  throw new Error(
    `must begin with https://; http is accepted only for an emulator on this machine${isAllowed ? ', and with `dangerouslyAllowHttp` for one elsewhere' : ''}`,
  )
}

/** Whether a URL is of this machine, where the emulator listens. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
