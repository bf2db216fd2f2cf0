import type { JWTPayload } from 'jose'

/** A claim about time that a token failed by, and what the token says of time. */
export interface Untimely {
  readonly claim: 'exp' | 'iat' | 'nbf'
  readonly payload: JWTPayload
}

/** By how many seconds Scalekit's clock is ahead, for a token that was issued just now. */
function secondsAhead({ claim, payload }: Untimely, nowMs: number): number {
  const { exp = Number.NaN, iat = Number.NaN, nbf = Number.NaN } = payload
  const said = claim === 'exp' ? Math.min(exp, iat) : claim === 'nbf' ? nbf : iat
  return Math.round(said - nowMs / 1000)
}

/**
 * What to do about a token that breaks a rule about time.
 *
 * @param isFresh Whether it was issued just now; an older one may be too old by any clock.
 */
export function clockHint(untimely: Untimely, nowMs: number, isFresh = true): string | undefined {
  const ahead = secondsAhead(untimely, nowMs)
  if (!Number.isFinite(ahead) || (ahead < 0 && !isFresh)) return undefined
  return `${clocksDiffer(Math.abs(ahead))}: check NTP.`
}

function clocksDiffer(seconds: number): string {
  return `This machine’s clock and Scalekit’s differ by about ${seconds} seconds`
}
