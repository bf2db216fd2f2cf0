import { randomId } from '../format/ids.ts'
import type { Claims } from './keys.ts'

/** Something that goes wrong, `times` times (default: once). */
export type FaultRule =
  | StatusFault
  | HangFault
  | ResetFault
  | AnswerLostFault
  | IdTokenFault
  | AccessTokenFault
  | TokenResponseFault
  | IdpLoginFault
  | LogoutTokenFault

/** Answers requests to `path` with a status instead of handling them. */
export interface StatusFault extends RequestFault {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Text as it is, anything else as JSON. Default: what the management API answers with this
   * status, and nothing anywhere else.
   */
  readonly body?: unknown
}

/** Never answers requests to `path`. */
export interface HangFault extends RequestFault {
  readonly hang: true
}

/** Closes the connection of requests to `path` without an answer. */
export interface ResetFault extends RequestFault {
  readonly reset: true
}

/**
 * Handles requests to `path` wholly, so that a refresh token is used up and a code redeemed, and then
 * closes the connection in place of an answer.
 */
export interface AnswerLostFault extends RequestFault {
  readonly answerLost: true
  /** Leaves the connection open without an answer instead. Default: false. */
  readonly hang?: boolean
}

/** What happens to a request. */
export type FaultOfRequest = StatusFault | HangFault | ResetFault | AnswerLostFault

/** Issues ID tokens whose claims are replaced, or removed where the value is null or undefined. */
export interface IdTokenFault extends RepeatedFault {
  readonly idToken: Claims
}

/** The same for access tokens. */
export interface AccessTokenFault extends RepeatedFault {
  readonly accessToken: Claims
}

/** The same for the members of the token endpoint's answer. */
export interface TokenResponseFault extends RepeatedFault {
  readonly tokenResponse: Claims
}

/** The same for the claims of an IdP-initiated login's token. */
export interface IdpLoginFault extends RepeatedFault {
  readonly idpLogin: Claims
}

/** The same for the claims of a back-channel logout's token. */
export interface LogoutTokenFault extends RepeatedFault {
  readonly logoutToken: Claims
}

/** A fault of requests to one path. */
export interface RequestFault extends RepeatedFault {
  /** Such as `/oauth/token`. */
  readonly path: string
  /** Default: every method. */
  readonly method?: string
  /**
   * Only requests to the token endpoint with this `grant_type`, such as `refresh_token`: sign-ins go
   * on. Default: all requests.
   */
  readonly grantType?: string
}

/** A fault that may happen several times. */
export interface RepeatedFault {
  /** How often; `Infinity` until removed. Default: 1. */
  readonly times?: number
}

/** A fault that is still to come. */
export interface PendingFault {
  /** `flt_` and digits. */
  readonly id: string
  readonly rule: FaultRule
  /** How often it will still happen; `Infinity` until removed. */
  readonly left: number
}

/** The faults still to come. The first that fits is taken and counted. */
export interface Faults {
  add(rule: FaultRule): PendingFault
  list(): readonly PendingFault[]
  /** @returns whether there was such a fault */
  remove(id: string): boolean
  clear(): void
  /** What is to happen to this request. */
  forRequest(request: RequestLine): FaultOfRequest | undefined
  /** The claims with the next fault of that kind worked in. */
  distort(kind: Distorted, claims: Claims): Claims
}

/** What a rule is compared with. */
interface RequestLine {
  readonly method: string
  readonly path: string
  readonly grantType?: string
}

export type Distorted = 'idToken' | 'accessToken' | 'tokenResponse' | 'idpLogin' | 'logoutToken'

export function createFaults(): Faults {
  const entries: (PendingFault & { left: number })[] = []
  const pending = () => entries.filter(({ left }) => left > 0)
  function take<Found>(find: (rule: FaultRule) => Found | undefined): Found | undefined {
    for (const entry of pending()) {
      const found = find(entry.rule)
      if (found === undefined) continue
      entry.left -= 1
      return found
    }
    return undefined
  }
  return {
    add: (rule) => {
      // Those that have happened would otherwise be kept for as long as the emulator runs.
      entries.splice(0, entries.length, ...pending())
      const entry = { id: randomId('flt_'), rule, left: rule.times ?? 1 }
      entries.push(entry)
      return entry
    },
    list: pending,
    remove: (id) => {
      const entry = pending().find((candidate) => candidate.id === id)
      if (entry) entry.left = 0
      return entry !== undefined
    },
    clear: () => void entries.splice(0),
    forRequest: (request) => take((rule) => (isForRequest(rule, request) ? rule : undefined)),
    distort: (kind, claims) => withChanges(claims, take((rule) => changesIn(rule, kind)) ?? {}),
  }
}

function isForRequest(
  rule: FaultRule,
  { method, path, grantType }: RequestLine,
): rule is FaultOfRequest {
  if (!('path' in rule) || rule.path !== path) return false
  if (rule.grantType !== undefined && rule.grantType !== grantType) return false
  return rule.method === undefined || rule.method === method
}

function changesIn(rule: FaultRule, kind: Distorted): Claims | undefined {
  return (rule as Partial<Record<Distorted, Claims>>)[kind]
}

function withChanges(claims: Claims, changes: Claims): Claims {
  const entries = Object.entries({ ...claims, ...changes })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== null))
}
