import { replicateRevocations } from '../auth/revocations-replica.ts'
import { type Revoke, revokeWith } from '../auth/revoke.ts'
import { clientParts } from '../client/client-parts.ts'
import { environmentOrigin } from '../ground/environment-url.ts'
import type { Logger } from '../ground/log.ts'
import { apiCalls } from '../management/call.ts'
import { type SessionApi, sessionApi } from '../management/session.ts'
import type { StateStore } from '../state/store.ts'
import { UsageError } from './arguments.ts'

/**
 * How long a revocation is kept, in milliseconds: 400 days. The command does not know how long the
 * sessions of the application last, and browsers keep no cookie longer.
 */
const keptMs = 400 * 24 * 3_600_000

/** The environment of the application. */
export interface ScalekitValues {
  /** Sessions are of its users. */
  readonly issuer: string
  readonly sessions: SessionApi
}

/**
 * Reads the variables of the application.
 *
 * @param wanted `issuer` as the application's option. `atScalekit`: whether the API is called, which
 *   needs the client's id and secret as well.
 */
export function scalekitFrom(wanted: {
  readonly issuer?: string
  readonly atScalekit: boolean
}): ScalekitValues {
  const url = variable('SCALEKIT_ENVIRONMENT_URL', 'SCALEKIT_ENV_URL')
  const { issuer = environmentOrigin(url).origin } = wanted
  if (!wanted.atScalekit) return { issuer, sessions: sessionApi(notCalled) }
  const [id, secret] = [variable('SCALEKIT_CLIENT_ID'), variable('SCALEKIT_CLIENT_SECRET')]
  return { issuer, sessions: sessionApi(apiCalls(clientParts([url, id, secret, { issuer }]))) }
}

/** `auth.revoke` for a store without its application. The sessions of the target are over. */
export function revokeIn(store: StateStore, { issuer, sessions }: ScalekitValues): Revoke {
  return async function revoke(target, options) {
    const replica = replicateRevocations(store.revocations, { clock: Date.now, maxLagMs: 1000 })
    const end = revokeWith({
      issuer,
      replica,
      revocations: store.revocations,
      longestSessionMs: keptMs,
      audit() {},
      scalekitSessions: sessions,
      logger: silent,
    })
    try {
      await end(target, options)
    } finally {
      replica.close()
    }
  }
}

function variable(...names: readonly string[]): string {
  const value = names.map((name) => process.env[name]).find(Boolean)
  if (value) return value
  throw new UsageError(`${names[0]} is missing: set the variables of your application.`)
}

/** Discards log lines, because the command prints its own result. */
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

function notCalled(): never {
  throw new TypeError('Sessions at Scalekit were not to be ended')
}
