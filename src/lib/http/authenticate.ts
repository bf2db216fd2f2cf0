import { type IncomingMessage, ServerResponse } from 'node:http'
import type { ChangeListener, Watch } from '../auth/open-connections.ts'
import {
  type Caller,
  type Machine,
  type Principal,
  type SignedIn,
  withEnded,
} from '../auth/principal.ts'
import { SessionEndedError } from '../auth/session-ended-error.ts'
import type { Watched } from '../auth/watched.ts'
import { authorizationUnknown } from '../ground/authorization-unavailable.ts'
import { cookieNames } from '../ground/cookies.ts'
import { ConfigError } from '../ground/errors.ts'
import { hasExpressSession } from '../session/express-session.ts'
import { tellDenied } from './guards/denial.ts'
import { isByToken } from './instance/ask.ts'
import { type Credentials, credentialsOf } from './instance/credentials.ts'
import type { Instance } from './instance/instance.ts'
import { assertOpenedHere } from './request/opened-here.ts'

/**
 * A socket or another connection that outlives its request. Returned by
 * {@link ScalekitAuth.authenticate}.
 */
export interface OpenConnection {
  /** The principal that opened the connection, with its authority at that time. */
  readonly principal: Principal
  /**
   * Fires once, when the session or the access token is over, even without further requests: within
   * a second of a revocation by any process that shares the store, and when the session expires.
   * The reason is a {@link SessionEndedError}. For a signed-out principal, it has already fired.
   * While the store is unavailable, revocations do not fire it. With an access token, a change of
   * what its holder may do fires it, with the reason `token-outdated`: the client renews the token
   * before it connects again.
   */
  readonly ended: AbortSignal
  /**
   * Returns the current principal. Authority that is due for renewal is renewed first, as in a
   * request. Call it before an action that needs a role or a permission.
   *
   * @throws {@link ScalekitError} `store_unavailable`; `authorization_unavailable` while authority
   *   is known to have changed and no source responds, or after `authorization.outageGraceSeconds`
   *   without one; `provider_unavailable` while the key of an access token cannot be checked
   */
  current(): Promise<Principal>
  /**
   * Calls a listener with the principal when its roles, permissions, scopes or claims have changed,
   * even without further requests. A change since {@link ScalekitAuth.authenticate} that no
   * listener has learned of is told to the first one. With an access token, `ended` fires instead.
   * An error or a rejection of the listener is logged.
   *
   * @returns a function that removes the listener
   */
  onChange(listener: (principal: SignedIn | Machine) => void): () => void
  /**
   * Stops watching; `ended` and `onChange` then no longer fire. A WebSocket is released when it
   * closes. For other connections, such as those of Socket.IO, call this when they have closed.
   */
  close(): void
}

/** @internal */
export async function authenticate(
  instance: Instance,
  req: IncomingMessage,
): Promise<OpenConnection> {
  try {
    assertOpenedHere(req, originsOf(instance), isByToken(instance, req))
  } catch (error) {
    tellDenied(instance, req, 'cross_site_request')
    throw error
  }
  const { view, watched } = await credentialsOn(instance, req)
  if (view.isLapsed) throw authorizationUnknown()
  const { principal } = view
  if (principal.status === 'signed-out' || !watched) return signedOutConnection(principal)
  return connectionOf(instance, req, principal, watched)
}

function originsOf({ config }: Instance): readonly string[] {
  return [...config.baseUrl.map(({ origin }) => origin), ...config.connections.origins]
}

/**
 * Runs `express-session` itself if the kit mounts it: no middleware runs for an upgrade request.
 */
async function credentialsOn(instance: Instance, req: IncomingMessage): Promise<Credentials> {
  const { ownSession, config, warnOnce } = instance
  const isBySession = ownSession && !isByToken(instance, req)
  // This response is never sent, and the session is not saved with it.
  if (isBySession) await new Promise<void>((done) => ownSession(req, new ServerResponse(req), done))
  let credentials: Credentials
  try {
    credentials = await credentialsOf(instance, req)
  } catch (error) {
    throw withoutExpressSession(error)
  }
  const { principal } = credentials.view
  const isWithout = principal.status === 'signed-out' && principal.reason === 'no-session'
  if (isWithout && config.session.kind === 'auto' && mayLack(req)) warnOnce(notRun)
  return credentials
}

/**
 * Whether the browser seems to have a session of `express-session`, by the default name of its
 * cookie.
 */
function mayLack(req: IncomingMessage): boolean {
  return !hasExpressSession(req) && cookieNames(req).includes('connect.sid')
}

const howToRun =
  'Let express-session run before auth.authenticate(): `io.engine.use(session)` for Socket.IO, `session(req, {}, done)` in the `upgrade` listener for ws.'
const notRun = `session_not_mounted: a socket was opened with a cookie of express-session, which did not run for it, so no user is signed in there. ${howToRun}`

function withoutExpressSession(error: unknown): unknown {
  const { code, message } = error as Partial<ConfigError>
  if (code !== 'session_not_mounted' && code !== 'session_kind_changed') return error
  return new ConfigError(code, message ?? '', { hint: howToRun, cause: error })
}

function signedOutConnection(principal: Principal): OpenConnection {
  const reason = principal.status === 'signed-out' ? principal.reason : 'no-session'
  return {
    principal,
    ended: AbortSignal.abort(new SessionEndedError(reason)),
    current: async () => principal,
    onChange: () => () => {},
    close() {},
  }
}

function connectionOf(
  { connections }: Instance,
  req: IncomingMessage,
  opened: Caller,
  watched: Watched,
): OpenConnection {
  const watch = connections.watch(watched, opened)
  const { ended, onChange } = watch
  const shown = <Shown extends Principal>(principal: Shown): Shown =>
    principal.status === 'signed-out' ? principal : (withEnded(principal, () => ended) as Shown)
  const close = releaseWithSocket(req, watch)
  return {
    principal: shown(opened),
    ended,
    async current() {
      const view = await watched.ask()
      watch.look()
      if (view.isLapsed || view.isUnknown) throw authorizationUnknown()
      return shown(view.principal)
    },
    onChange: (listener: ChangeListener) => onChange((principal) => listener(shown(principal))),
    close,
  }
}

/**
 * Releases a WebSocket when its TCP connection closes. In other cases the connection may close
 * earlier: a client of Socket.IO continues on the next one.
 *
 * @returns a function that releases it now
 */
function releaseWithSocket(req: IncomingMessage, { release }: Watch): () => void {
  const { socket } = req
  if (req.headers.upgrade?.toLowerCase() !== 'websocket') return release
  if (socket.destroyed) release()
  else socket.once('close', release)
  return () => {
    socket.off('close', release)
    release()
  }
}
