import type { SignedIn } from '../../auth/principal.ts'
import { clockSkewMs } from '../../ground/clock.ts'
import { ConfigError } from '../../ground/errors.ts'
import type { Check } from './checks.ts'
import { refusals } from './refusals.ts'

/** How recently a user has to have authenticated, and what proves it. */
export interface RecentAuth {
  /** The longest time since then, in seconds; greater than 0. */
  readonly maxAgeSeconds: number
  /**
   * `auth_time`: only Scalekit's claim of this name. Where the environment does not send it, and no
   * documented token of Scalekit has it, every request is refused with `auth_time_missing`.
   * `prompt`: a sign-in with `prompt=login` counts, too, from its beginning. The user of the browser
   * can take the prompt out of the URL, so this is no protection from them. Default: `auth_time`.
   */
  readonly proof?: 'auth_time' | 'prompt'
}

/**
 * @throws {@link ConfigError} for a limit that cannot be meant
 *
 * @internal
 */
export function requiresRecentAuth(
  { maxAgeSeconds, proof = 'auth_time' }: RecentAuth = { maxAgeSeconds: 0 },
): Check {
  assertLimit(maxAgeSeconds, proof)
  return function requireRecentAuth(principal, _req, { clock }) {
    // A machine never authenticated as a user does.
    const { authenticatedAt = Number.NEGATIVE_INFINITY, authenticatedBy }: Partial<SignedIn> =
      principal.user ? principal : {}
    // It was asked for and did not come: another sign-in would end here, too.
    if (proof === 'auth_time' && authenticatedBy === 'prompt') return refusals.authTimeMissing
    const now = clock()
    const ageMs = now - authenticatedAt
    // A moment further ahead of our clock is a mistake, and would count as recent for ever.
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
