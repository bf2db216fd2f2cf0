import { plainOrQuoted } from '../../ground/log.ts'
import type { LoginRequest, LoginTarget } from '../../ground/types.ts'
import { domainOfEmail } from './login-target.ts'

/** The names of a target's members in the log. */
const words = {
  connectionId: 'connection',
  organizationId: 'organization',
  domain: 'domain',
  provider: 'provider',
} as const satisfies Record<keyof LoginTarget, string>

/** Names the target of a sign-in for the log. The values may be unchecked. */
export function targetText(target: LoginTarget): string {
  return listOf(targetWords(target))
}

/** Names everything in a request that can decide the target. The values may be unchecked. */
export function requestText(request: LoginRequest): string {
  return listOf([...targetWords(request), ...addressWords(request)])
}

function listOf(named: readonly string[]): string {
  return named.length === 0 ? 'no target' : named.join(', ')
}

function targetWords(target: LoginTarget): string[] {
  return Object.entries(words).flatMap(([member, word]) => {
    const value = target[member as keyof LoginTarget]
    return value === undefined ? [] : [`${word} ${valueText(value)}`]
  })
}

/** Applications can pass any value. */
function valueText(value: unknown): string {
  return typeof value === 'string' ? plainOrQuoted(value) : `of type ${typeof value}`
}

/** Only the domain is logged, because the address is personal data. */
function addressWords({ loginHint }: LoginRequest): string[] {
  if (loginHint === undefined) return []
  const domain = typeof loginHint === 'string' ? domainOfEmail(loginHint) : undefined
  return [domain === undefined ? 'a login hint' : `an email address at ${domain}`]
}
