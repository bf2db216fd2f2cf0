import type { Logger } from '../ground/log.ts'

/** How long after its start a process reports unknown keys, in milliseconds. */
const soonMs = 600_000

/**
 * Warns once that a cookie was sealed by a secret that this process does not have. Soon after a
 * start, the deployment has probably replaced the secret in one step. Later, it is an old cookie.
 */
export function unknownKeyTeller(logger: Logger): () => void {
  const startedAt = performance.now()
  let isTold = false
  return function tellUnknownKey() {
    if (isTold || performance.now() - startedAt > soonMs) return
    isTold = true
    logger.warn(unknownKey)
  }
}

const unknownKey =
  'secret_unknown: a browser sent a cookie that was sealed by a cookie secret which this process does not have, so its user is not signed in here. If you have just changed the secret: all processes need the new secret before the first of them seals with it, and the old one until sessions have ended, e.g. SCALEKIT_COOKIE_SECRET=old,new, then new,old, then new'
