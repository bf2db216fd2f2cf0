import { answerCall, type ReceivedRequest } from './serve.ts'
import type { Call } from './server/call.ts'
import type { State } from './state/state.ts'

/** An emulator that code of the same process calls without a network. */
export interface InProcessEmulator {
  readonly state: State
  /** Calls an endpoint, with the signature of the global `fetch`. */
  fetch(url: string, init: RequestInit): Promise<Response>
}

const running = new Map<string, InProcessEmulator>()

/** Returns the running emulator of this process with this issuer. */
export function runningEmulator(issuer: string): InProcessEmulator | undefined {
  return running.get(issuer)
}

/**
 * Registers an emulator for {@link runningEmulator}.
 *
 * @returns a function that removes it
 */
export function announceEmulator(state: State, requests: ReceivedRequest[]): () => void {
  running.set(state.issuer, inProcess(state, requests))
  return () => void running.delete(state.issuer)
}

/** @param requests Receives each call, like those over HTTP. */
export function inProcess(state: State, requests: ReceivedRequest[]): InProcessEmulator {
  return {
    state,
    fetch: (url, init) =>
      new Promise((resolve, reject) => {
        const reset = () => reject(new Error('The emulator closed the connection'))
        // The caller's timeout ends a call that hangs.
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
    // A sign-in only sends bodies of forms.
    form: new URLSearchParams(text),
    body: text,
    headers: Object.fromEntries(new Headers(headers)),
  }
}
