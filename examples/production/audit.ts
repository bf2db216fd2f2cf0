import type { AuthEvents, ScalekitAuth } from 'express-scalekit'

/** What an audit log has to show: who signed in, who was refused, when roles were renewed, and what ended each session. */
const audited = [
  'login.succeeded',
  'login.failed',
  'session.refreshed',
  'session.ended',
  'guard.denied',
  'webhook.failed',
] as const satisfies readonly (keyof AuthEvents)[]

/** Writes one line of JSON for each event, e.g. to a file that is only appended to. */
export function writeAuditLog(auth: ScalekitAuth, write: (line: string) => void): void {
  for (const event of audited) {
    auth.on(event, (details) => write(JSON.stringify({ event, ...details })))
  }
}
