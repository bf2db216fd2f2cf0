import { signWebhook } from '../../webhooks/signature.ts'

/** A message to send, and how it is altered. */
export interface Message {
  readonly url: string
  readonly secret: string
  readonly id: string
  readonly body: string
  /** In seconds since the epoch. */
  readonly timestamp: number
  readonly tamper?: Tampering
}

/** The part that is altered after signing. Each makes the signature invalid. */
export type Tampering = 'body' | 'signature' | 'timestamp'

/** How long Scalekit waits for a response, in milliseconds. */
const timeoutMs = 10_000

/**
 * Makes one attempt.
 *
 * @returns the status of the response, or undefined if none arrived in time
 */
export async function attempt(message: Message, closing: AbortSignal): Promise<number | undefined> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), timeoutMs).unref()
  try {
    const { body, headers } = tampered(message)
    const answer = await fetch(message.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([late.signal, closing]),
    })
    await answer.body?.cancel()
    return answer.status
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

function tampered({ id, timestamp, body, secret, tamper }: Message) {
  const headers = signWebhook({ id, timestamp, body, secret })
  switch (tamper) {
    case 'body':
      return { headers, body: `${body} ` }
    case 'signature':
      return { headers: signWebhook({ id, timestamp, body: '', secret }), body }
    case 'timestamp':
      return { headers: { ...headers, 'webhook-timestamp': String(timestamp + 1) }, body }
    default:
      return { headers, body }
  }
}
