import { ScalekitError } from '../ground/errors.ts'

/** Maximum size of a response body in bytes. A token response with many claims has about 10 000. */
const defaultMaxBodyBytes = 256 * 1024

/** One call to Scalekit. */
export interface Call {
  readonly method: string
  /** The origin, e.g. `https://acme.scalekit.com`. */
  readonly origin: string
  /** Path and query. Begins with a slash. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined
  /** Replaces the sender's timeout. In milliseconds. */
  readonly timeoutMs?: number
  /** Maximum size of the response body. Default: 256 kB. */
  readonly maxBodyBytes?: number
  /**
   * The call must not be sent twice, so it gets a new socket. If a reused socket is closed without
   * a response, the kit cannot tell whether the server had begun to process the call.
   */
  readonly once?: boolean
}

/** The complete response to a call. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Ends a call before its response arrives, because it timed out or its caller aborted it. */
export interface Limit {
  /** The reason, once the call has been ended. */
  reason: unknown
  /** Set by the transport; ends the pending operation. */
  stop(reason: unknown): void
}

/** Sends a call. Rejects with the limit's reason once that is set. */
export type Transport = (call: Call, limit: Limit) => Promise<Answer>

/** Collects the chunks of a body, up to the maximum size. */
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

/** Creates the error for a response that no correct provider sends. */
export function failed(message: string): ScalekitError {
  return new ScalekitError('provider_failed', message)
}
