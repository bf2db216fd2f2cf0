import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { addBounded } from '../ground/bounded.ts'
import { answerControl } from './control/answer-control.ts'
import type { ControlContext } from './control/route.ts'
import { failedSignIn } from './failed-sign-in.ts'
import { type PresentedToken, presentedToken } from './presented-token.ts'
import { restErrorBody } from './rest/rest.ts'
import { route } from './routes.ts'
import { refusalOf } from './server/admission.ts'
import { type Answer, type Call, json, readCall, TooLarge } from './server/call.ts'
import type { AnswerLostFault, FaultOfRequest } from './state/faults.ts'
import type { State } from './state/state.ts'

/** A request as it came, secrets and all, and the status it was answered with. */
export interface ReceivedRequest extends Call, PresentedToken {
  /** Missing as long as there is no answer, and for ever when a fault swallowed it. */
  readonly status?: number
  /** The status of an answer that was made and that a fault lost. */
  readonly lostStatus?: number
}

/** What a server answers from, and where it writes requests down. */
export interface ServeContext extends ControlContext {
  readonly requests: ReceivedRequest[]
  /** Called after each answer: something may have changed. */
  readonly answered: () => void
}

/** Answers requests and writes them down, except those that control the emulator itself. */
export function serve(context: ServeContext): RequestListener {
  return function emulatorListener(req, res) {
    handle(context, req, res)
      .catch((error: unknown) => {
        if (error instanceof TooLarge) send(res, tooLarge)
        else if (!res.headersSent) send(res, brokenEmulator(error))
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
  if (refusal) return send(res, refusal)
  const call = await readCall(req)
  const isOwn = call.path.startsWith('/emulator/')
  const controlled = isOwn ? await answerControl(context, call) : undefined
  if (controlled) return send(res, controlled)
  const answer = await answerCall(state, requests, call, () => req.socket.resetAndDestroy())
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

/** Nothing for a request that hangs or whose connection is gone. */
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
