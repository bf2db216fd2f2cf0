import { createHmac } from 'node:crypto'
import { isSameText } from '../ground/bytes.ts'
import type { Secret } from '../ground/secret.ts'

/** Tokens against cross-site requests: one for each session, without a store. */
export interface CsrfTokens {
  issue(sessionId: string): string
  /** Accepts tokens of every secret, so that pages stay usable after the secret is rotated. */
  isValid(token: string, sessionId: string): boolean
}

/** @param purpose The instance that the tokens belong to. */
export function csrfTokens(secrets: readonly Secret[], purpose: string): CsrfTokens {
  const keys = secrets.map((secret) => secret.derive(`csrf ${purpose}`, 32))
  const tokens = (sessionId: string) => keys.map((key) => macOf(key, sessionId))
  return {
    issue: (sessionId) => macOf(keys[0]!, sessionId),
    isValid: (token, sessionId) => tokens(sessionId).some((valid) => isSameText(token, valid)),
  }
}

function macOf(key: Buffer, sessionId: string): string {
  return createHmac('sha256', key).update(sessionId).digest('base64url')
}
