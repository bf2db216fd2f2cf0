import { nonEmptyString, originUrl } from './fields.ts'

/** An environment's origin. The dashboard shows a host, the documentation a URL; both are meant. */
export function environmentOrigin(given: unknown): URL {
  const hasScheme = given instanceof URL || /^[a-z]+:\/\//i.test(nonEmptyString(given))
  return originUrl(hasScheme ? given : `https://${given}`)
}

/** Secrets go there: unencrypted to nowhere but an emulator, where one is allowed at all. */
export function assertEncrypted(url: URL, allowEmulator: boolean): void {
  if (url.protocol === 'http:' && !(allowEmulator && isLoopback(url))) {
    throw new Error(
      'must begin with https://; http is accepted only for an emulator on this machine',
    )
  }
}

/** Whether a URL is of this machine, where the emulator listens. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
