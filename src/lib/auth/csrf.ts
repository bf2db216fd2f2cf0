import { createHmac, hkdfSync } from 'node:crypto'
import { isSameText } from '../bytes.ts'
import type { Secret } from '../secret.ts'

/** Tokens against cross-site requests: one a session, without anything to store. */
export interface CsrfTokens {
  issue(sessionId: string): string
  /** Takes the tokens of every secret, so that a new secret breaks no page that is open. */
  isValid(token: string, sessionId: string): boolean
}

/** @param purpose Which instance they are for. */
export function csrfTokens(secrets: readonly Secret[], purpose: string): CsrfTokens {
  const keys = secrets.map((secret) => deriveKey(secret, purpose))
  const tokens = (sessionId: string) => keys.map((key) => macOf(key, sessionId))
  return {
    issue: (sessionId) => macOf(keys[0]!, sessionId),
    isValid: (token, sessionId) => tokens(sessionId).some((valid) => isSameText(token, valid)),
  }
}

function deriveKey(secret: Secret, purpose: string): Buffer {
  const info = `csrf ${purpose}`
  return Buffer.from(hkdfSync('sha256', secret.reveal(), 'express-scalekit', info, 32))
}

function macOf(key: Buffer, sessionId: string): string {
  return createHmac('sha256', key).update(sessionId).digest('base64url')
}
