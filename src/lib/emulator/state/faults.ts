import { randomId } from '../format/ids.ts'
import type { Claims } from './keys.ts'

/** A fault that occurs `times` times (default: once). */
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

/** Responds to requests to `path` with a status instead of handling them. */
export interface StatusFault extends RequestFault {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /**
   * A string is sent unchanged, any other value as JSON. Default: the management API's body for
   * this status, and no body on other paths.
   */
  readonly body?: unknown
}

/** Never responds to requests to `path`. */
export interface HangFault extends RequestFault {
  readonly hang: true
}

/** Closes the connection of requests to `path` without a response. */
export interface ResetFault extends RequestFault {
  readonly reset: true
}

/**
 * Handles requests to `path` completely, so that a refresh token or a code is used up, and then
 * closes the connection instead of responding.
 */
export interface AnswerLostFault extends RequestFault {
  readonly answerLost: true
  /** Keeps the connection open without a response instead. Default: false. */
  readonly hang?: boolean
}

/** The faults that affect a request. */
export type FaultOfRequest = StatusFault | HangFault | ResetFault | AnswerLostFault

/** Replaces claims of ID tokens. A claim whose value is null or undefined is removed. */
export interface IdTokenFault extends RepeatedFault {
  readonly idToken: Claims
}

/** Replaces claims of access tokens, like {@link IdTokenFault}. */
export interface AccessTokenFault extends RepeatedFault {
  readonly accessToken: Claims
}

/** Replaces members of the token response, like {@link IdTokenFault}. */
export interface TokenResponseFault extends RepeatedFault {
  readonly tokenResponse: Claims
}

/** Replaces claims of an IdP-initiated login's token, like {@link IdTokenFault}. */
export interface IdpLoginFault extends RepeatedFault {
  readonly idpLogin: Claims
}

/** Replaces claims of a logout token, like {@link IdTokenFault}. */
export interface LogoutTokenFault extends RepeatedFault {
  readonly logoutToken: Claims
}

/** A fault that affects requests to one path. */
export interface RequestFault extends RepeatedFault {
  /** For example `/oauth/token`. */
  readonly path: string
  /** Default: every method. */
  readonly method?: string
  /**
   * Only requests to the token endpoint with this `grant_type`, such as `refresh_token`; sign-ins
   * then continue to work. Default: all requests.
   */
  readonly grantType?: string
}

/** A fault that can occur several times. */
export interface RepeatedFault {
  /** The number of occurrences; `Infinity` until removed. Default: 1. */
  readonly times?: number
}

/** A pending fault. */
export interface PendingFault {
  /** `flt_` and digits. */
  readonly id: string
  readonly rule: FaultRule
  /** The number of remaining occurrences; `Infinity` until removed. */
  readonly left: number
}

/** The pending faults. The first one that matches is used and counted. */
export interface Faults {
  add(rule: FaultRule): PendingFault
  list(): readonly PendingFault[]
  /** @returns whether there was such a fault */
  remove(id: string): boolean
  clear(): void
  /** Returns the fault for this request. */
  forRequest(request: RequestLine): FaultOfRequest | undefined
  /** Applies the next fault of that kind to the claims. */
  distort(kind: Distorted, claims: Claims): Claims
}

/** The parts of a request that a rule is compared with. */
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
      // Removes the used-up faults, which would otherwise be kept as long as the emulator runs.
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
