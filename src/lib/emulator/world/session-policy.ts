/** How long a session may last and rest, in seconds. */
export interface SessionLimits {
  /** From the sign-in. Default: 2 592 000, thirty days. */
  readonly absoluteSeconds: number
  /** Without a refresh or a silent sign-in; `null` is without limit. Default: 604 800, seven days. */
  readonly idleSeconds: number | null
}

/** What an organization's own policy says, in the units it was written in. */
export interface SessionPolicy {
  readonly absolute: Span
  readonly idle: Span
  readonly isIdleEnabled: boolean
}

/** A length of time, as the management API writes it: a number of units. */
export interface Span {
  readonly count: number
  readonly unit: TimeUnit
}

/** `MINUTES`, `HOURS` or `DAYS`. */
export type TimeUnit = keyof typeof unitSeconds

const unitSeconds = { MINUTES: 60, HOURS: 3600, DAYS: 86_400 } as const

/** The names of the units. */
export const timeUnits = Object.keys(unitSeconds) as readonly TimeUnit[]

/** The policy of an application, as an organization without one of its own has it. */
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

/** In the largest unit that says it exactly; minutes are rounded up. */
function spanOf(seconds: number): Span {
  const unit = timeUnits.findLast((name) => seconds % unitSeconds[name] === 0) ?? 'MINUTES'
  return { count: Math.ceil(seconds / unitSeconds[unit]), unit }
}
