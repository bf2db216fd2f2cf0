import { createHmac } from 'node:crypto'
import { isSameText } from '../ground/bytes.ts'

/** An id and its signature, as `express-session` writes them into a cookie. */
const signedForm = /^s(?::|%3A)([\w-]{1,128})\.([\w+/%]{43,64})$/i

/**
 * Whether a cookie's value has the form of a signed session id, and none of these secrets signed
 * it. `express-session` ignores such a cookie, as it ignores one whose session the store no longer
 * has.
 */
export function isSignedByOther(value: string, secrets: readonly string[]): boolean {
  const [, id, signature] = signedForm.exec(value) ?? []
  if (id === undefined || signature === undefined) return false
  return !secrets.some((secret) => isSameText(signatureOf(id, secret), unescaped(signature)))
}

/** As the package `cookie-signature` makes it, which `express-session` depends on. */
function signatureOf(id: string, secret: string): string {
  return createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '')
}

function unescaped(signature: string): string {
  return signature.replace(/%2B/gi, '+').replace(/%2F/gi, '/')
}
