import { LoginError, ScalekitError } from '../../../src/lib/ground/errors.ts'

/** A session at the provider, with the refresh tokens that were issued in it. */
export interface Grant {
  readonly id: string
  readonly member: string
  endedAt?: number
  /** The provider took a second use of a token for theft. */
  isReused?: boolean
}

/** What a grant brings. */
export interface ProviderAnswer {
  readonly refreshToken: string
  readonly accessToken: string
  readonly expiresInSeconds: number
  /** In seconds, as in a token. */
  readonly iat: number
  readonly roles: readonly string[]
}

const before = Number.NEGATIVE_INFINITY

interface RefreshToken {
  readonly grant: Grant
  used?: { readonly at: number; readonly answer: ProviderAnswer }
}

/** What somebody may do from a moment on, as one role: its number says how new it is. */
export interface Change {
  readonly serial: number
  /** By the provider’s clock. */
  readonly occurredAt: number
  /** By that of everybody else. */
  readonly at: number
}

/** What becomes of a refresh token that is used again. */
export type Reuse =
  /** For 30 seconds it gets the same answer; then it ends the grant. */
  | 'grace'
  /** It ends the grant at once. */
  | 'ends'
  /** It is refused, and the grant goes on. */
  | 'refused'

/** As long as Scalekit’s. */
export const graceMs = 30_000

export interface ModelProvider {
  signIn(member: string): { readonly grant: Grant; readonly answer: ProviderAnswer }
  /** @throws LoginError `refresh_token_rejected` */
  refresh(token: string): ProviderAnswer
  hasEnded(token: string): boolean
  end(grant: Grant): void
  revoke(token: string): void
  change(member: string): Change
  /** The changes of a member, oldest first; the first is none, with the serial 0. */
  changesOf(member: string): readonly Change[]
  readonly lifetimeMs: number
  /** What its clock says. */
  clock(): number
}

/** Scalekit as the emulator models it: tokens rotate, and one that was used works again for a grace. */
export function modelProvider(parts: {
  readonly now: () => number
  /** How far its clock is ahead, in milliseconds. */
  readonly aheadMs: number
  /** Called when a refresh token was answered. */
  onAnswer(grant: Grant): void
  readonly reuse: Reuse
  readonly lifetimeMs: number
}): ModelProvider {
  const { now, aheadMs, onAnswer, reuse, lifetimeMs } = parts
  const clock = () => now() + aheadMs
  const tokens = new Map<string, RefreshToken>()
  const changes = new Map<string, Change[]>()
  let count = 0

  function changesOf(member: string): Change[] {
    const known = changes.get(member) ?? [{ serial: 0, occurredAt: before, at: before }]
    changes.set(member, known)
    return known
  }

  function issue(grant: Grant): ProviderAnswer {
    count += 1
    const refreshToken = `refresh ${grant.id} ${count}`
    tokens.set(refreshToken, { grant })
    return {
      refreshToken,
      accessToken: `access ${grant.id} ${count}`,
      expiresInSeconds: lifetimeMs / 1000,
      iat: Math.floor(clock() / 1000),
      roles: [String(changesOf(grant.member).at(-1)!.serial)],
    }
  }

  function again({ grant, used }: RefreshToken): ProviderAnswer {
    if (reuse === 'grace' && now() - used!.at < graceMs) return used!.answer
    if (reuse === 'refused') throw rejected()
    grant.isReused = true
    grant.endedAt ??= now()
    throw rejected()
  }

  return {
    lifetimeMs,
    clock,
    changesOf,
    signIn(member) {
      count += 1
      const grant = { id: `grant-${count}`, member }
      return { grant, answer: issue(grant) }
    },
    refresh(token) {
      const known = tokens.get(token)
      if (!known || known.grant.endedAt !== undefined) throw rejected()
      if (known.used) return again(known)
      const answer = issue(known.grant)
      known.used = { at: now(), answer }
      onAnswer(known.grant)
      return answer
    },
    hasEnded: (token) => tokens.get(token)?.grant.endedAt !== undefined,
    end(grant) {
      grant.endedAt ??= now()
    },
    revoke(token) {
      const known = tokens.get(token)
      if (known) known.grant.endedAt ??= now()
    },
    change(member) {
      const known = changesOf(member)
      const change = { serial: known.at(-1)!.serial + 1, occurredAt: clock(), at: now() }
      known.push(change)
      return change
    },
  }
}

function rejected(): LoginError {
  return new LoginError('refresh_token_rejected', 'The provider refused the refresh token')
}

/** As a deadline, or a connection that was broken off, reads to the application. */
export function noAnswer(): ScalekitError {
  return new ScalekitError('provider_unavailable', 'The provider did not answer')
}

/** A connection that was never there. */
export function notReached(): ScalekitError {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  return new ScalekitError('provider_unavailable', 'The provider cannot be reached', { cause })
}
