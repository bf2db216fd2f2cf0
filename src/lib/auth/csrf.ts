import { createHmac } from 'node:crypto'
import { isSameText } from '../ground/bytes.ts'
import type { Secret } from '../ground/secret.ts'

/** Tokens against cross-site requests: one a session, without anything to store. */
export interface CsrfTokens {
  issue(sessionId: string): string
  /** Takes the tokens of every secret, so that a new secret breaks no page that is open. */
  isValid(token: string, sessionId: string): boolean
}

/** @param purpose Which instance they are for. */
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
