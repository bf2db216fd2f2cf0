import { ScalekitError } from '../ground/errors.ts'

/** The largest body that is read; a token answer with many claims has about ten thousand bytes. */
const defaultMaxBodyBytes = 256 * 1024

/** One call to Scalekit. */
export interface Call {
  readonly method: string
  /** e.g. `https://acme.scalekit.com`. */
  readonly origin: string
  /** With its query; begins with a slash. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** Ends the call before its time. */
  readonly signal?: AbortSignal | undefined
  /** In place of the sender's own, in milliseconds. */
  readonly timeoutMs?: number
  /** The largest body that is read. Default: 256 kB. */
  readonly maxBodyBytes?: number
  /**
   * The call must not arrive twice. It then gets a socket of its own: of a kept one that ends
   * without a word nobody can tell whether the server had begun.
   */
  readonly once?: boolean
}

/** The answer to a call, read to its end. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** What ends a call before its answer does: its time, or whoever made it. */
export interface Limit {
  /** Why it has ended, once it has. */
  reason: unknown
  /** Set by whatever is under way. */
  stop(reason: unknown): void
}

/** Rejects with the limit's reason once that is there. */
export type Transport = (call: Call, limit: Limit) => Promise<Answer>

/** Keeps what comes of a body, as long as it is not too much. */
export function collector(
  chunks: Buffer[],
  maxBodyBytes: number = defaultMaxBodyBytes,
): (chunk: Buffer) => void {
  let size = 0
  return (chunk) => {
    size += chunk.length
    if (size > maxBodyBytes) throw failed(`a response is larger than ${maxBodyBytes} bytes`)
    chunks.push(chunk)
  }
}

/** Something that no provider in order does. */
export function failed(message: string): ScalekitError {
  return new ScalekitError('provider_failed', message)
}
