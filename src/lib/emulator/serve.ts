import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { addBounded } from '../ground/bounded.ts'
import { answerControl } from './control/answer-control.ts'
import type { ControlContext } from './control/route.ts'
import { failedSignIn } from './failed-sign-in.ts'
import { errorForBrowser } from './pages/error-page.ts'
import { type PresentedToken, presentedToken } from './presented-token.ts'
import { restErrorBody } from './rest/rest.ts'
import { route } from './routes.ts'
import { refusalOf } from './server/admission.ts'
import { type Answer, type Call, json, readCall, TooLarge } from './server/call.ts'
import type { AnswerLostFault, FaultOfRequest } from './state/faults.ts'
import type { State } from './state/state.ts'

/** A request as received, including its secrets, with the status of its response. */
export interface ReceivedRequest extends Call, PresentedToken {
  /** Absent until there is a response, and permanently if a fault suppressed it. */
  readonly status?: number
  /** The status of a response that was created and that a fault then dropped. */
  readonly lostStatus?: number
}

/** The state from which a server responds, and the list in which it records requests. */
export interface ServeContext extends ControlContext {
  readonly requests: ReceivedRequest[]
  /** Called after each response, because the state may have changed. */
  readonly answered: () => void
}

/** Answers requests and records them, except those that control the emulator itself. */
export function serve(context: ServeContext): RequestListener {
  return function emulatorListener(req, res) {
    handle(context, req, res)
      .catch((error: unknown) => {
        const answer = error instanceof TooLarge ? tooLarge : brokenEmulator(error)
        if (!res.headersSent) send(res, errorForBrowser(req.headers, answer))
      })
      .finally(context.answered)
  }
}

async function handle(
  context: ServeContext,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { state, requests } = context
  const refusal = refusalOf(req, state.settings.allowedHosts)
  if (refusal) return send(res, errorForBrowser(req.headers, refusal))
  const call = await readCall(req)
  const isOwn = call.path.startsWith('/emulator/')
  const controlled = isOwn ? await answerControl(context, call) : undefined
  if (controlled) return send(res, controlled)
  const answer = await answerCall(state, requests, call, () => req.socket.resetAndDestroy())
  if (answer) send(res, answer)
}

/**
 * Answers a call and records it, over HTTP or in process.
 *
 * @param reset Closes its connection.
 * @returns nothing for a call that hangs or whose connection is closed
 */
export async function answerCall(
  state: State,
  requests: ReceivedRequest[],
  call: Call,
  reset: () => void,
): Promise<Answer | undefined> {
  const received: Writable<ReceivedRequest> = { ...call, ...presentedToken(call) }
  addBounded(requests, received)
  const fault = state.faults.forRequest(received)
  if (fault && 'answerLost' in fault) {
    received.lostStatus = (await route(state, call)).status
    if (!fault.hang) reset()
    return undefined
  }
  const answer = fault ? faultAnswer(fault, reset, call.path) : await route(state, call)
  if (!answer) return undefined
  received.status = answer.status
  const failure = failedSignIn(call, answer)
  if (failure) state.settings.log(failure)
  return answer
}

type Writable<Shape> = { -readonly [Name in keyof Shape]: Shape[Name] }

/** Returns nothing for a request that hangs or whose connection is closed. */
function faultAnswer(
  fault: Exclude<FaultOfRequest, AnswerLostFault>,
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

/** The rest of such a body is not read, so the connection cannot be reused. */
const tooLarge: Answer = json(
  413,
  { error: 'invalid_request', error_description: 'The body is larger than 64 kB' },
  { connection: 'close' },
)

function brokenEmulator(error: unknown): Answer {
  const description = error instanceof Error ? error.message : String(error)
  return json(500, { error: 'server_error', error_description: description })
}
