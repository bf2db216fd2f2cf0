import { generateKeyPairSync, type KeyObject } from 'node:crypto'

/** The pair an honest provider publishes and signs with; slow to make, so one for a file. */
export const published = rsaPair(2048)
/** A pair that nobody published. */
export const attacker = rsaPair(2048)
export const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' })

export const publishedKid = 'snk_58327480989122566'
/** The PEM a confused verifier takes for a shared secret. */
export const publishedPem = published.publicKey.export({ type: 'spki', format: 'pem' }) as string

export function rsaPair(modulusLength: number) {
  return generateKeyPairSync('rsa', { modulusLength })
}

/** A key as a set publishes it, with any member replaced; `undefined` takes one away. */
export function jwk(key: KeyObject, members: Readonly<Record<string, unknown>> = {}): object {
  return { ...key.export({ format: 'jwk' }), ...sigMembers, ...members }
}

const sigMembers = { use: 'sig', alg: 'RS256', kid: publishedKid }
