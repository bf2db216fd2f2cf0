import type { JWTPayload } from 'jose'

/** The time claim that failed verification, and the token's time claims. */
export interface Untimely {
  readonly claim: 'exp' | 'iat' | 'nbf'
  readonly payload: JWTPayload
}

/** The number of seconds by which Scalekit's clock is ahead, if the token was issued just now. */
function secondsAhead({ claim, payload }: Untimely, nowMs: number): number {
  const { exp = Number.NaN, iat = Number.NaN, nbf = Number.NaN } = payload
  const said = claim === 'exp' ? Math.min(exp, iat) : claim === 'nbf' ? nbf : iat
  return Math.round(said - nowMs / 1000)
}

/**
 * Returns a hint for a token that violates a rule about time.
 *
 * @param isFresh Whether the token was issued just now. An older token may be too old by any clock.
 */
export function clockHint(untimely: Untimely, nowMs: number, isFresh = true): string | undefined {
  const ahead = secondsAhead(untimely, nowMs)
  if (!Number.isFinite(ahead) || (ahead < 0 && !isFresh)) return undefined
  return `${clocksDiffer(Math.abs(ahead))}: check NTP.`
}

function clocksDiffer(seconds: number): string {
  return `This machine’s clock and Scalekit’s differ by about ${seconds} seconds`
}
