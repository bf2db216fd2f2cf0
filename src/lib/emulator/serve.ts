import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { restErrorBody } from './rest/rest.ts'
import { route } from './routes.ts'
import { type Answer, type Call, json, readCall, TooLarge } from './server/call.ts'
import type { HangFault, ResetFault, StatusFault } from './state/faults.ts'
import type { State } from './state/state.ts'

/** A request as it came, secrets and all, and the status it was answered with. */
export interface ReceivedRequest extends Call {
  /** Missing as long as there is no answer, and for ever when a fault swallowed it. */
  readonly status?: number
}

/** Answers requests and writes them down. */
export function serve(state: State, requests: ReceivedRequest[]): RequestListener {
  return function emulatorListener(req, res) {
    handle(state, requests, req, res).catch((error: unknown) => {
      if (error instanceof TooLarge) send(res, tooLarge)
      else if (!res.headersSent) send(res, brokenEmulator(error))
    })
  }
}

async function handle(
  state: State,
  requests: ReceivedRequest[],
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const answer = await answerCall(state, requests, await readCall(req), () => {
    req.socket.resetAndDestroy()
  })
  if (answer) send(res, answer)
}

/**
 * Answers a call and writes it down, however it came.
 *
 * @param reset Closes its connection.
 * @returns nothing for a call that hangs or whose connection is gone
 */
export async function answerCall(
  state: State,
  requests: ReceivedRequest[],
  call: Call,
  reset: () => void,
): Promise<Answer | undefined> {
  const received: Call & { status?: number } = { ...call }
  requests.push(received)
  const fault = state.faults.forRequest(call)
  const answer = fault ? faultAnswer(fault, reset, call.path) : await route(state, call)
  if (answer) received.status = answer.status
  return answer
}

/** Nothing for a request that hangs or whose connection is gone. */
function faultAnswer(
  fault: StatusFault | HangFault | ResetFault,
  reset: () => void,
  path: string,
): Answer | undefined {
  if ('hang' in fault) return undefined
  if ('reset' in fault) {
    reset()
    return undefined
  }
  const { status, headers = {}, body = restErrorBody(path, status) ?? '' } = fault
  if (typeof body === 'string') return { status, headers, body }
  return json(status, body, headers)
}

function send(res: ServerResponse, { status, headers, body }: Answer): void {
  res.writeHead(status, { ...headers }).end(String(body))
}

/** The rest of such a body is not read, so the connection cannot be used again. */
const tooLarge: Answer = json(
  413,
  { error: 'invalid_request', error_description: 'The body is larger than 64 kB' },
  { connection: 'close' },
)

function brokenEmulator(error: unknown): Answer {
  const description = error instanceof Error ? error.message : String(error)
  return json(500, { error: 'server_error', error_description: description })
}
