import { signWebhook } from '../../../src/webhooks.ts'
import { documentedExamples } from '../../fixtures/webhook-examples.ts'

/** 2023-11-14T22:13:20Z, in seconds. */
export const now = 1_700_000_000
export const clock = () => now * 1000
export const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
export const otherSecret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'

/** What comes over the wire. */
export interface Sent {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** A delivery that is accepted, with the parts replaced that a test is about. */
export function delivery(parts: Partial<Parameters<typeof signWebhook>[0]> = {}): Sent {
  const example = JSON.stringify(documentedExamples['organization.directory.user_created'])
  const body = Buffer.from(parts.body ?? example)
  const headers = signWebhook({ id: 'msg_1', timestamp: now, secret, ...parts, body })
  return { body, headers }
}
