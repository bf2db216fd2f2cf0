import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BearerView, Presented } from '../../auth/presented.ts'
import type { View } from '../../auth/views.ts'
import { AccessError } from '../../ground/errors.ts'
import { bearerIn } from '../request/bearer-header.ts'
import type { Instance } from './instance.ts'

/**
 * Returns the view of a request with authority that is renewed if due. The access token decides, if
 * the request has one; otherwise the session does.
 *
 * @throws {@link ScalekitError} `store_unavailable`, `provider_unavailable`
 */
export function askAuthority(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<View> {
  const token = tokenIn(instance, req)
  if (token !== undefined) return token.then(({ view }) => view)
  return instance.sessions.askAuthority(req, res)
}

/** Returns the view of a request for a route that reads no authority. */
export function ask(instance: Instance, req: IncomingMessage, res: ServerResponse): Promise<View> {
  const token = tokenIn(instance, req)
  if (token !== undefined) return token.then(({ view }) => view)
  return instance.sessions.ask(req, res).then((principal) => ({ principal }))
}

/** The access token of a request, and its view. */
interface Token {
  readonly presented: Presented
  readonly view: BearerView
}

/** Whether an access token decides the request, and no cookie: also one that will be refused. */
export function isByToken({ bearer }: Instance, req: IncomingMessage): boolean {
  return bearer !== undefined && bearerIn(req) !== undefined
}

/** The request is decided by its token alone, whether or not it also has a cookie. */
export function tokenIn(
  { bearer, sessions }: Instance,
  req: IncomingMessage,
): Promise<Token> | undefined {
  const token = bearer && bearerIn(req)
  if (token === undefined) return undefined
  const look = async () => {
    const presented = bearer!.known(token) ?? (await bearer!.verify(token))
    const isKnown = sessions.isFresh() || (await sessions.refresh())
    return { presented, view: bearer!.viewOf(presented, isKnown) }
  }
  return look()
}

/** Returns the view of the request's session or token from local state, without waiting. */
export function lookAgain(
  { bearer, sessions }: Instance,
  req: IncomingMessage,
  view: View | undefined,
): View | undefined {
  return bearer && view?.bearer ? bearer.lookAgain(view) : sessions.lookAgain(req)
}

/**
 * Refuses a request with an access token, for actions that need a session: sign-out, and the switch
 * to another organization.
 *
 * @param what The action, e.g. `switchOrganization()`, for the message.
 * @throws {@link AccessError} `session_required`
 */
export function assertNoToken(instance: Instance, req: IncomingMessage, what: string): void {
  if (!isByToken(instance, req)) return
  throw new AccessError(
    'session_required',
    `${what} needs a session, and the request brings an access token in its place`,
    { hint: 'Send the request without the header Authorization.' },
  )
}
