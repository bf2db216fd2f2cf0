import type { EmulatorSeed } from '../emulator/world/seed.ts'
import { numberArgument, urlArgument } from './arguments.ts'

type SwitchName = 'enforce-pkce' | 'auth-time'
type ValueName =
  | 'refresh-grace'
  | 'backdate-iat'
  | 'session-absolute'
  | 'session-idle'
  | 'back-channel-logout-uri'

type Flags = Readonly<Record<SwitchName, Switch> & Record<ValueName, Value>>
type Switch = { readonly type: 'boolean' }
type Value = { readonly type: 'string' }

/** The flags of the emulator that decide how people sign in and for how long. */
export const signInFlags: Flags = {
  'enforce-pkce': { type: 'boolean' },
  'auth-time': { type: 'boolean' },
  'refresh-grace': { type: 'string' },
  'backdate-iat': { type: 'string' },
  'session-absolute': { type: 'string' },
  'session-idle': { type: 'string' },
  'back-channel-logout-uri': { type: 'string' },
}

type Values = Partial<Record<SwitchName, boolean> & Record<ValueName, string>>

/** What the flags say as a seed; what was not given keeps its default. */
export function signInSeed(values: Values): EmulatorSeed {
  const session = given({
    absoluteSeconds: seconds(values, 'session-absolute', 1),
    idleSeconds: seconds(values, 'session-idle', 1),
  })
  const uri = values['back-channel-logout-uri']
  return given({
    enforcePkce: values['enforce-pkce'],
    sendAuthTime: values['auth-time'],
    refreshGraceSeconds: seconds(values, 'refresh-grace', 0),
    backdateIatSeconds: seconds(values, 'backdate-iat', 0),
    session: Object.keys(session).length > 0 ? session : undefined,
    backChannelLogoutUri:
      uri === undefined ? undefined : urlArgument('--back-channel-logout-uri', uri),
  })
}

const longestSeconds = 366 * 86_400

function seconds(values: Values, flag: ValueName, min: number): number | undefined {
  const value = values[flag]
  if (value === undefined) return undefined
  return numberArgument(`--${flag}`, value, { min, max: longestSeconds })
}

function given(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
