/** The limits of a session, in seconds. */
export interface SessionLimits {
  /** Counted from the sign-in. Default: 2 592 000, thirty days. */
  readonly absoluteSeconds: number
  /**
   * Time without a refresh or a silent sign-in; `null` means no limit. Default: 604 800, seven
   * days.
   */
  readonly idleSeconds: number | null
}

/** An organization's own policy, in the units in which it was set. */
export interface SessionPolicy {
  readonly absolute: Span
  readonly idle: Span
  readonly isIdleEnabled: boolean
}

/** A duration in the management API's format: a number of units. */
export interface Span {
  readonly count: number
  readonly unit: TimeUnit
}

/** `MINUTES`, `HOURS` or `DAYS`. */
export type TimeUnit = keyof typeof unitSeconds

const unitSeconds = { MINUTES: 60, HOURS: 3600, DAYS: 86_400 } as const

/** The names of the units. */
export const timeUnits = Object.keys(unitSeconds) as readonly TimeUnit[]

/** The policy of the application, which applies to an organization without its own. */
export function policyFrom({ absoluteSeconds, idleSeconds }: SessionLimits): SessionPolicy {
  return {
    absolute: spanOf(absoluteSeconds),
    idle: spanOf(idleSeconds ?? absoluteSeconds),
    isIdleEnabled: idleSeconds !== null,
  }
}

export function limitsIn({ absolute, idle, isIdleEnabled }: SessionPolicy): SessionLimits {
  return {
    absoluteSeconds: secondsIn(absolute),
    idleSeconds: isIdleEnabled ? secondsIn(idle) : null,
  }
}

function secondsIn({ count, unit }: Span): number {
  return count * unitSeconds[unit]
}

/** Converts a duration to the largest unit that expresses it exactly. Minutes are rounded up. */
function spanOf(seconds: number): Span {
  const unit = timeUnits.findLast((name) => seconds % unitSeconds[name] === 0) ?? 'MINUTES'
  return { count: Math.ceil(seconds / unitSeconds[unit]), unit }
}
