import { answerCall, type ReceivedRequest } from './serve.ts'
import type { Call } from './server/call.ts'
import type { State } from './state/state.ts'

/** An emulator as code of the same process calls it, without a network. */
export interface InProcessEmulator {
  readonly state: State
  /** Its endpoints, with the signature of the global `fetch`. */
  fetch(url: string, init: RequestInit): Promise<Response>
}

const running = new Map<string, InProcessEmulator>()

/** The running emulator of this process with this issuer. */
export function runningEmulator(issuer: string): InProcessEmulator | undefined {
  return running.get(issuer)
}

/**
 * Lets {@link runningEmulator} find an emulator.
 *
 * @returns a function that ends that
 */
export function announceEmulator(state: State, requests: ReceivedRequest[]): () => void {
  running.set(state.issuer, inProcess(state, requests))
  return () => void running.delete(state.issuer)
}

/** @param requests Gets each call, as it does those over HTTP. */
export function inProcess(state: State, requests: ReceivedRequest[]): InProcessEmulator {
  return {
    state,
    fetch: (url, init) =>
      new Promise((resolve, reject) => {
        const reset = () => reject(new Error('The emulator closed the connection'))
        // One that hangs is ended by the deadline of the caller.
        answerCall(state, requests, callOf(url, init), reset).then((answer) => {
          if (!answer) return
          const { status, headers, body } = answer
          resolve(new Response(String(body), { status, headers }))
        }, reject)
      }),
  }
}

function callOf(url: string, { method = 'GET', headers, body }: RequestInit): Call {
  const { pathname, searchParams } = new URL(url)
  const text = typeof body === 'string' ? body : ''
  return {
    method,
    path: pathname,
    query: searchParams,
    // The only bodies of a sign-in are forms.
    form: new URLSearchParams(text),
    body: text,
    headers: Object.fromEntries(new Headers(headers)),
  }
}
