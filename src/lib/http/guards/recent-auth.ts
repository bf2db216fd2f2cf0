import type { SignedIn } from '../../auth/principal.ts'
import { clockSkewMs } from '../../ground/clock.ts'
import { ConfigError } from '../../ground/errors.ts'
import type { Check } from './checks.ts'
import { refusals } from './refusals.ts'

/** The maximum age of a user's authentication, and the proof that is accepted for it. */
export interface RecentAuth {
  /** The maximum time since the authentication, in seconds. Must be greater than 0. */
  readonly maxAgeSeconds: number
  /**
   * The proof of the time of authentication:
   * - `auth_time` accepts only Scalekit's claim of this name. If the environment does not send it,
   *   every request is refused with `auth_time_missing`. No documented token of Scalekit has this
   *   claim.
   * - `prompt` also accepts a sign-in with `prompt=login`, counted from its start. The user of the
   *   browser can remove the prompt from the URL, so this does not protect against that user.
   *
   * Default: `auth_time`.
   */
  readonly proof?: 'auth_time' | 'prompt'
}

/**
 * @throws {@link ConfigError} `config_invalid` for a `maxAgeSeconds` that is not a number greater
 *   than 0, or an unknown `proof`
 *
 * @internal
 */
export function requiresRecentAuth(
  { maxAgeSeconds, proof = 'auth_time' }: RecentAuth = { maxAgeSeconds: 0 },
): Check {
  assertLimit(maxAgeSeconds, proof)
  return function requireRecentAuth(principal, _req, { clock }) {
    // Machines have no time of authentication, so they are never recent.
    const { authenticatedAt = Number.NEGATIVE_INFINITY, authenticatedBy }: Partial<SignedIn> =
      principal.user ? principal : {}
    // The kit requested `auth_time` and Scalekit did not send it. Another sign-in would end the
    // same way.
    if (proof === 'auth_time' && authenticatedBy === 'prompt') return refusals.authTimeMissing
    const now = clock()
    const ageMs = now - authenticatedAt
    // A time further ahead of the kit's clock is an error. Without this bound it would stay recent
    // forever.
    const isRecent = ageMs >= -clockSkewMs && ageMs <= maxAgeSeconds * 1000
    const isProved = proof === 'prompt' || authenticatedBy === 'auth_time'
    return isRecent && isProved
      ? undefined
      : refusals.recentAuthRequired(maxAgeSeconds, principal, now)
  }
}

function assertLimit(maxAgeSeconds: unknown, proof: unknown): void {
  if (!(typeof maxAgeSeconds === 'number' && maxAgeSeconds > 0)) {
    throw new ConfigError([
      'requireRecentAuth() needs a number of seconds greater than 0, such as requireRecentAuth({ maxAgeSeconds: 300 })',
    ])
  }
  if (proof !== 'auth_time' && proof !== 'prompt') {
    throw new ConfigError(['The `proof` of requireRecentAuth() must be "auth_time" or "prompt"'])
  }
}
