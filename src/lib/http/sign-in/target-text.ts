import { plainOrQuoted } from '../../ground/log.ts'
import type { LoginRequest, LoginTarget } from '../../ground/types.ts'
import { domainOfEmail } from './login-target.ts'

/** What the members of a target are called in the log. */
const words = {
  connectionId: 'connection',
  organizationId: 'organization',
  domain: 'domain',
  provider: 'provider',
} as const satisfies Record<keyof LoginTarget, string>

/** Names the target of a sign-in. It need not have been checked. */
export function targetText(target: LoginTarget): string {
  return listOf(targetWords(target))
}

/** Names all that a request says about where its sign-in goes. It need not have been checked. */
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

/** Applications can give anything. */
function valueText(value: unknown): string {
  return typeof value === 'string' ? plainOrQuoted(value) : `of type ${typeof value}`
}

/** The address itself is a person's, so only its domain is told. */
function addressWords({ loginHint }: LoginRequest): string[] {
  if (loginHint === undefined) return []
  const domain = typeof loginHint === 'string' ? domainOfEmail(loginHint) : undefined
  return [domain === undefined ? 'a login hint' : `an email address at ${domain}`]
}
