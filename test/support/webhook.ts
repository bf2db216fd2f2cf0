import { randomUUID } from 'node:crypto'
import request, { type Test } from 'supertest'
import { signWebhook } from '../../src/webhooks.ts'
import { documentedExamples } from '../fixtures/webhook-examples.ts'

export const webhookSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

/** What a delivery is about, and what is wrong with it. */
export interface Sending {
  /** Default: the documented example of a directory's new user. */
  readonly event?: object
  readonly id?: string
  readonly path?: string
  readonly type?: string
  readonly secret?: string
  readonly timestamp?: number
  /** Sent in place of the body that was signed. */
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends a delivery as Scalekit does; a new one each time, unless it is given an id. */
export function deliver(url: string, sending: Sending = {}): Test {
  const event = sending.event ?? documentedExamples['organization.directory.user_created']
  const { id = `msg_${randomUUID()}`, secret = webhookSecret, timestamp } = sending
  const body = JSON.stringify(event)
  const time = timestamp === undefined ? {} : { timestamp }
  return request(url)
    .post(sending.path ?? '/webhooks')
    .type(sending.type ?? 'application/json')
    .set({ ...signWebhook({ id, body, secret, ...time }), ...sending.headers })
    .send(sending.body ?? body)
}

/** The documented example of a type, with parts of its `data` replaced. */
export function example(type: keyof typeof documentedExamples, data: object = {}) {
  const documented = documentedExamples[type]
  return { ...documented, data: { ...documented.data, ...data } }
}
