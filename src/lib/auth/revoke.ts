import { errorFields } from '../ground/error-fields.ts'
import { ConfigError, type ErrorDetails } from '../ground/errors.ts'
import { nonEmptyString } from '../ground/fields.ts'
import { isObject } from '../ground/is-object.ts'
import { type Logger, quote, textOfThrown, withFields } from '../ground/log.ts'
import { nearestName } from '../ground/nearest-name.ts'
import { storeUnavailable } from '../ground/store-unavailable.ts'
import type { SessionApi } from '../management/session.ts'
import type { Revocations } from '../state/store.ts'
import type { Audit, AuditDetails } from './audit.ts'
import { type RevocationTarget, revocationKey } from './revocation.ts'
import type { RevocationsReplica } from './revocations-replica.ts'
import { type EndAtScalekit, endAtScalekit, revokeIncomplete } from './revoke-at-scalekit.ts'

/**
 * The sessions that `auth.revoke` ends:
 *
 * - `{ sessionId }`: one session, by `req.scalekit.sessionId`
 * - `{ tokenId }`: one access token, by `req.scalekit.tokenId`
 * - `{ sid }`: the sessions that began with one of Scalekit's (`ses_…`)
 * - `{ userId }`: a user in every organization, by `user.id`; with `organizationId` in that one
 * - `{ email, organizationId }`: users who signed in to the organization with this address
 * - `{ organizationId }`: all users of an organization, by Scalekit's id of it (`org_…`)
 * - `'everyone'`: every session of the store, but no access token
 *
 * With the option `bearer`, targets that name users or organizations also end access tokens: those
 * issued before, and up to a minute later, since clocks differ. `userId` can be the `client.id` of
 * a machine.
 */
export type RevokeTarget =
  | 'everyone'
  | { readonly sessionId: string }
  | { readonly tokenId: string }
  | { readonly sid: string }
  | { readonly userId: string; readonly organizationId?: string }
  | { readonly email: string; readonly organizationId: string }
  | { readonly organizationId: string }

/** The options of a revocation. */
export interface RevokeOptions {
  /** The reason, for the log and for `session.ended`. Default: none. */
  readonly reason?: string
  /**
   * Whether Scalekit's own sessions end as well, so that the next sign-in asks the user to
   * authenticate. Needs `{ userId: 'usr_…' }` or `{ sid: 'ses_…' }`, as Full Stack Auth has them.
   * All sessions of the user end at Scalekit, even if the target names an organization. Default:
   * `true` for these targets, `false` with an organization.
   */
  readonly atScalekit?: boolean
}

export type Revoke = (target: RevokeTarget, options?: RevokeOptions) => Promise<void>

/**
 * Later than any sign-in, in milliseconds since the epoch: a session or token that is named has
 * ended whenever it began.
 */
const always = 8_640_000_000_000_000

export function revokeWith(parts: {
  readonly issuer: string
  readonly replica: RevocationsReplica
  readonly revocations: Revocations
  /** The longest lifetime of a session that has to be ended, in milliseconds. */
  readonly longestSessionMs: number
  readonly audit: Audit
  readonly scalekitSessions: SessionApi
  readonly logger: Logger
}): Revoke {
  const { issuer, replica, revocations, longestSessionMs, audit, logger } = parts
  const { scalekitSessions } = parts

  async function write(target: RevocationTarget): Promise<void> {
    const storeTime = await replica.askStoreTime()
    if (!storeTime) throw new Error('The store did not say its time', { cause: replica.failure() })
    const { latest } = storeTime
    const key = revocationKey(issuer, target)
    const isOne = 'sessionId' in target || 'tokenId' in target
    const since = isOne ? { notBefore: always } : { notBefore: latest, clock: 'store' as const }
    await replica.write([{ key, ...since, expiresAt: latest + longestSessionMs }])
  }

  async function end(there: EndAtScalekit): Promise<void> {
    try {
      await there()
      logger.info('revoke: ended the sessions at Scalekit, too')
    } catch (cause) {
      const error = revokeIncomplete(cause)
      const why = quote(textOfThrown(cause))
      withFields(logger, errorFields(error)).warn(`revoke: ${error.code}: ${error.message}: ${why}`)
      throw error
    }
  }

  async function endAll(): Promise<void> {
    if (!revocations.beginEpoch) {
      throw wrong('auth.revoke("everyone") needs a store with revocations.beginEpoch()')
    }
    await revocations.beginEpoch()
    // If the refresh fails, this process accepts no session until the store responds.
    replica.invalidate()
    await replica.refresh()
  }

  return async function revoke(target, options = {}) {
    const { reason, atScalekit } = optionsIn(options)
    const wanted = target === 'everyone' ? undefined : targetIn(target)
    const there = endAtScalekit(scalekitSessions, wanted)
    if (atScalekit && !there) throw wrong(notAtScalekit)
    await (wanted ? write(wanted) : endAll()).catch((error: unknown) => {
      if (error instanceof ConfigError) throw error
      throw storeUnavailable('The revocation could not be written to the store', error)
    })
    const why = reason === undefined ? '' : `: ${quote(reason)}`
    tell(logger, wanted, why)
    audit('session.ended', undefined, () => ({ ...endOf(wanted), reason }))
    // Last, so that the kit's sessions have ended even if Scalekit fails.
    if (there && (atScalekit ?? isWhole(wanted))) await end(there)
  }
}

function endOf(target: RevocationTarget | undefined): Partial<AuditDetails<'session.ended'>> {
  const { sub: userId, ...named } = (target ?? {}) as Readonly<Record<string, string>>
  const isOne = 'sessionId' in named || 'sid' in named
  if ('tokenId' in named) return { ...named, scope: 'token', cause: 'revoked', by: 'application' }
  const isUser = userId !== undefined || 'email' in named
  const ofMany = isUser ? 'user' : 'organization'
  const scope = !target ? 'everyone' : isOne ? 'session' : ofMany
  return { ...named, userId, scope, cause: 'revoked', by: 'application' }
}

function tell(logger: Logger, target: RevocationTarget | undefined, why: string): void {
  const { sub: userId, organizationId } = (target ?? {}) as {
    sub?: string
    organizationId?: string
  }
  const names = target ? Object.keys(target).map((name) => (name === 'sub' ? 'userId' : name)) : []
  const whose = target ? `of one ${names.join(' and ')}` : 'of everyone'
  const what = target && 'tokenId' in target ? 'one access token' : `the sessions ${whose}`
  withFields(logger, { userId, organizationId }).info(`revoke: ended ${what}${why}`)
}

/** The combinations of members that form a target. */
const shapes: readonly string[] = [
  'sessionId',
  'tokenId',
  'sid',
  'userId',
  'organizationId userId',
  'email organizationId',
  'organizationId',
]
const names = ['sessionId', 'tokenId', 'sid', 'userId', 'organizationId', 'email']

/**
 * Reads a target. Every combination but the known ones is refused, because with a member left out
 * by mistake it would name more users, or none.
 *
 * @throws {@link ConfigError} `config_invalid`
 */
export function targetIn(target: unknown): RevocationTarget {
  if (!isObject(target)) throw invalid(`got ${typeof target === 'string' ? quote(target) : 'none'}`)
  const members = Object.keys(target)
  for (const name of members) assertMember(name, target[name])
  if (!shapes.includes(members.sort().join(' '))) throw invalid(shapeProblem(members))
  const { userId, ...named } = target as Record<string, string>
  return (userId === undefined ? named : { ...named, sub: userId }) as RevocationTarget
}

function assertMember(name: string, value: unknown): void {
  if (!names.includes(name)) {
    const nearest = nearestName(name, names)
    throw invalid(`\`${name}\` is unknown${nearest ? `; did you mean \`${nearest}\`?` : ''}`)
  }
  try {
    nonEmptyString(value)
  } catch (error) {
    throw invalid(`\`${name}\` ${(error as Error).message}`)
  }
  if (name === 'organizationId' && !String(value).startsWith('org_')) {
    throw invalid('`organizationId` must be Scalekit’s id, org_…, not an id of your own')
  }
}

function shapeProblem(members: readonly string[]): string {
  if (members.length === 0) return 'it is empty'
  return `no target consists of ${members.map((name) => `\`${name}\``).join(' and ')}`
}

function invalid(problem: string): ConfigError {
  return wrong(`auth.revoke() ended no session, because its target is wrong: ${problem}`, {
    hint: 'Pass { sessionId }, { tokenId }, { sid }, { userId, organizationId? }, { email, organizationId }, { organizationId } or "everyone".',
  })
}

function wrong(message: string, details: ErrorDetails = {}): ConfigError {
  return new ConfigError('config_invalid', message, details)
}

/**
 * Whether the target covers all organizations. Scalekit's sessions do too, so for one organization
 * they are only ended on request.
 */
function isWhole(target: RevocationTarget | undefined): boolean {
  return target !== undefined && !('organizationId' in target)
}

const notAtScalekit =
  'auth.revoke(): `atScalekit` needs the target { userId: "usr_…" } or { sid: "ses_…" }; no session was ended'

function optionsIn(options: unknown): RevokeOptions {
  if (!isObject(options)) throw wrong('auth.revoke(): the options must be an object')
  const unknown = Object.keys(options).find((name) => !['reason', 'atScalekit'].includes(name))
  if (unknown !== undefined) throw wrong(`auth.revoke() has no option \`${unknown}\``)
  const { reason, atScalekit } = options
  if (reason !== undefined && typeof reason !== 'string') {
    throw wrong('auth.revoke(): `reason` must be a string')
  }
  if (atScalekit !== undefined && typeof atScalekit !== 'boolean') {
    throw wrong('auth.revoke(): `atScalekit` must be true or false')
  }
  return options
}
