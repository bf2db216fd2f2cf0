import type { IncomingMessage, ServerResponse } from 'node:http'
import { SessionEndedError } from '../../auth/session-ended-error.ts'
import type { View } from '../../auth/views.ts'
import type { Watched } from '../../auth/watched.ts'
import { tokenIn } from './ask.ts'
import type { Instance } from './instance.ts'

// The only place that chooses between the credentials of a request, for sockets and for event
// streams.

/** The view of a request's credentials, and the handle by which they are watched. */
export interface Credentials {
  readonly view: View
  /** Absent if the view is signed out. */
  readonly watched?: Watched | undefined
}

/**
 * Reads the credentials of a request that has no response. Writes no cookie.
 *
 * @throws {@link ScalekitError} `store_unavailable`, `provider_unavailable`
 *
 * @internal
 */
export async function credentialsOf(
  instance: Instance,
  req: IncomingMessage,
): Promise<Credentials> {
  const { bearer, sessions } = instance
  const token = tokenIn(instance, req)
  if (token !== undefined) {
    const { presented, view } = await token
    return { view, watched: bearer?.watch(presented) }
  }
  const view = await sessions.askAuthority(req)
  return view.principal.status === 'signed-out'
    ? { view }
    : { view, watched: sessions.watchedOf(req) }
}

/**
 * Returns the `ended` signal of a request. It is released when the response closes.
 *
 * @internal
 */
export function endedWith(
  { connections }: Instance,
  watched: Watched | undefined,
  res: ServerResponse,
): AbortSignal {
  // A handler has signed the user out, so the request has no session any more.
  if (!watched) return AbortSignal.abort(new SessionEndedError('no-session'))
  // No watcher would ever fire this signal, so it must not look like one that is still pending.
  if (hasClosed(res)) return AbortSignal.abort(new SessionEndedError('closed'))
  const { ended, release } = connections.watch(watched)
  res.once?.('close', release)
  return ended
}

function hasClosed({ closed, destroyed, writableFinished }: ServerResponse): boolean {
  return closed || destroyed || writableFinished
}
