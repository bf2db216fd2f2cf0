import { errors, type JWTClaimVerificationOptions, type JWTPayload, UnsecuredJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import {
  assertRegistered,
  parsedClaims,
  type RegisteredClaims,
} from '../../../src/lib/oidc/registered-claims.ts'
import { seededRandom } from '../../support/random.ts'
import { clientId, issuer, now, nowSeconds } from './tokens.ts'

const valid = {
  iss: issuer,
  aud: clientId,
  iat: nowSeconds,
  nbf: nowSeconds,
  exp: nowSeconds + 60,
}
const absent = Symbol('absent')
const infinite = Number.POSITIVE_INFINITY

const others = [absent, null, '', {}, [], [[]], true, Number.NaN, infinite, '1', -1, 0, 1.5]
const times = [-600, -31, -30.5, -30, -29, 0, 29, 30, 30.5, 31, 600].map((by) => nowSeconds + by)
/** Values of each claim: right ones, wrong ones, and those that are no values of it at all. */
const values = {
  iss: [issuer, `${issuer}/`, issuer.toUpperCase(), [issuer], { [issuer]: 1 }, ...others],
  aud: [clientId, [clientId], ['x', clientId], ['x'], [[clientId]], clientId.slice(1), ...others],
  iat: [...times, ...others],
  nbf: [...times, ...others],
  exp: [...times, ...others],
}
const names = Object.keys(values) as (keyof typeof values)[]

const rules: readonly RegisteredClaims[] = [
  { issuer },
  { issuer: ['https://other.example', issuer], audience: clientId },
  { issuer, audience: ['skc_0', clientId] },
  { issuer, isExpOptional: true },
]

describe('the registered claims of a token', () => {
  it.each(rules)('are judged by %j as jose judges them, one by one', (rule) => {
    for (const name of names) {
      for (const value of values[name]) {
        const claims = payloadOf({ ...valid, [name]: value })
        expect(ours(claims, rule), claims).toEqual(byJose(claims, rule))
      }
    }
  })

  it.each([...rules, { issuer: [] }])(
    'are judged by %j as jose judges them, whatever they all are',
    (rule) => {
      const random = seededRandom(19)
      const accepted = { true: 0, false: 0 }
      for (let round = 0; round < 5000; round += 1) {
        const changed = Array.from({ length: random.integer(4) }, () => random.pick(names))
        const changes = changed.map((name) => [name, random.pick<unknown>(values[name])])
        const claims = payloadOf({ ...valid, ...Object.fromEntries(changes) })
        const isAccepted = ours(claims, rule) === undefined
        expect(isAccepted, claims).toBe(byJose(claims, rule) === undefined)
        accepted[`${isAccepted}`] += 1
      }
      expect(accepted.false).toBeGreaterThan(1000)
      if (rule.issuer.length > 0) expect(accepted.true).toBeGreaterThan(500)
    },
  )

  it.each([
    ['an array', '[]'],
    ['null', 'null'],
    ['a string', '"claims"'],
    ['nothing', ''],
    ['two objects', '{}{}'],
  ])('are refused if they are %s, as jose refuses them', (_what, payload) => {
    const claims = encoded(payload)
    expect(() => parsedClaims(claims)).toThrow(errors.JWTInvalid)
    expect(byJose(claims, { issuer })).toMatchObject({ code: 'ERR_JWT_INVALID' })
  })

  it('are refused if they are not in UTF-8, as jose refuses them', () => {
    const claims = encoded(Buffer.from('{"iss":"\xff"}', 'latin1'))
    expect(() => parsedClaims(claims)).toThrow(errors.JWTInvalid)
    expect(byJose(claims, { issuer })).toMatchObject({ code: 'ERR_JWT_INVALID' })
  })

  it('are refused if they begin with a byte order mark, which jose skips', () => {
    expect(() => parsedClaims(encoded('\ufeff{}'))).toThrow(errors.JWTInvalid)
  })

  it('are in no message if they cannot be parsed', () => {
    expect(() => parsedClaims(encoded('{"email": ada@acme.example}'))).toThrow(
      /^the payload is not a JSON object$/,
    )
  })

  it('have the last value of those that are there twice, as in jose', () => {
    const claims = encoded('{"iss":"a","iss":"b","__proto__":{"sub":"usr_1"}}')
    expect(parsedClaims(claims)).toMatchObject({ iss: 'b' })
    expect(parsedClaims(claims).sub).toBeUndefined()
  })
})

interface Refusal {
  readonly code: unknown
  readonly claim: unknown
}

function ours(payload: string, rule: RegisteredClaims): Refusal | undefined {
  return refusalOf(() => assertRegistered(parsedClaims(payload), rule, now))
}

function byJose(payload: string, rule: RegisteredClaims): Refusal | undefined {
  const { issuer, audience, isExpOptional } = rule
  const options: JWTClaimVerificationOptions = {
    issuer: [issuer].flat(),
    requiredClaims: isExpOptional ? ['iat'] : ['exp', 'iat'],
    clockTolerance: 30,
    currentDate: new Date(now),
    ...(audience === undefined ? {} : { audience: [audience].flat() }),
  }
  const header = encoded('{"alg":"none"}')
  return refusalOf(() => UnsecuredJWT.decode(`${header}.${payload}.`, options))
}

function refusalOf(check: () => unknown): Refusal | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    const { code, claim } = error as { code: unknown; claim: unknown }
    return { code, claim }
  }
}

/** `Infinity` is written as a number that is too large, which JSON can have. */
function payloadOf(claims: Readonly<Record<string, unknown>>): string {
  const present = Object.entries(claims).filter(([, value]) => value !== absent)
  const json = JSON.stringify(Object.fromEntries(present) as JWTPayload, (_name, value) =>
    value === infinite ? 'huge' : value,
  )
  return encoded(json.replaceAll('"huge"', '1e400'))
}

function encoded(payload: string | Buffer): string {
  return Buffer.from(payload as string).toString('base64url')
}
