import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Presented } from '../../auth/bearer.ts'
import { type Principal, withEnded } from '../../auth/principal.ts'
import type { View } from '../../auth/views.ts'
import type { Watched } from '../../auth/watched.ts'
import { makePrivate, makePrivateByToken } from '../../ground/caching.ts'
import { ConfigError } from '../../ground/errors.ts'
import { beforeHead, foundBeforeHead, type HeadWork } from '../../ground/response-head.ts'
import type { Arrival } from '../../session/newest-cookies.ts'
import { requestProperty } from '../request/request-property.ts'
import { lookAgain } from './ask.ts'
import { endedWith } from './credentials.ts'
import type { Instance } from './instance.ts'

declare global {
  namespace Express {
    interface Request {
      /** Who is asking. Set by `scalekitAuth()`; reading it costs nothing until somebody does. */
      readonly scalekit: Principal
    }
  }
}

/**
 * Recognises what we put on a request. `Symbol.for`, so that two copies of this package in one
 * process agree; a property by the name `scalekit` could be anybody's.
 */
const brand = Symbol.for('express-scalekit.context')

type Branded = IncomingMessage & { [brand]?: Context }

/**
 * One request as one instance sees it.
 *
 * @internal
 */
export class Context {
  readonly instance: Instance
  /** What an instance mounted before this one had put there. */
  readonly outer: Context | undefined
  /** Whether what is sent may depend on who is asking. */
  isPrivate = false
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  readonly #arrival: Arrival
  readonly #presented: Presented | undefined
  #view: View | undefined
  /** The principal of the view, and the same with the signal of this request. */
  #shown: readonly [of: Principal, own: Principal] | undefined
  #ended: AbortSignal | undefined
  #wasFresh: boolean

  constructor(
    instance: Instance,
    req: IncomingMessage,
    res: ServerResponse,
    outer: Context | undefined,
    presented?: Presented,
  ) {
    this.instance = instance
    this.outer = outer
    this.#req = req
    this.#res = res
    this.#presented = presented
    this.#arrival = instance.sessions.arrival()
    this.#wasFresh = instance.sessions.isFresh()
  }

  get arrival(): Arrival {
    return this.#arrival
  }

  /** Whether an access token says who is asking, and not a cookie. */
  get isByToken(): boolean {
    return this.#presented !== undefined
  }

  /** Found out when first asked for, then the same for the whole request, however long it takes. */
  get principal(): Principal {
    try {
      return this.#own(this.ask().principal)
    } finally {
      this.keepPrivate()
    }
  }

  /** A principal is shared by all requests of its session; the signal on it is of this one. */
  #own(principal: Principal): Principal {
    if (principal.status === 'signed-out') return principal
    if (this.#shown?.[0] !== principal) {
      const own = withEnded(principal, () => {
        this.#ended ??= endedWith(this.instance, this.#watched(), this.#res)
        return this.#ended
      })
      this.#shown = [principal, own]
    }
    return this.#shown[1]
  }

  #watched(): Watched | undefined {
    const { bearer, sessions } = this.instance
    return this.#presented ? bearer?.watch(this.#presented) : sessions.watchedOf(this.#req)
  }

  /** Returns the view for a caller that keeps the response from caches itself. */
  ask(): View {
    this.#view ??= this.#look()
    return this.#view
  }

  #look(): View {
    const { bearer, sessions } = this.instance
    if (bearer && this.#presented) return bearer.viewOf(this.#presented, this.#wasFresh)
    return sessions.viewOf(this.#req, this.#res, this.#arrival, this.#wasFresh)
  }

  /** Returns the view by what is known now, without waiting; `undefined` if the session is gone. */
  lookAgain(): View | undefined {
    return lookAgain(this.instance, this.#req, this.#view)
  }

  /** What a guard has to wait for: authority that has to be renewed before it counts. */
  renewal(): Promise<void> | undefined {
    const work = this.instance.sessions.renewal(this.ask())
    return work?.then(async () => {
      // It may have taken its time, and what ended meanwhile is over.
      await this.refresh()
      this.#view = undefined
    })
  }

  /** From now on, what is sent may depend on who is asking. */
  keepPrivate(): void {
    if (this.isPrivate) return
    this.isPrivate = true
    // A host's own object for the response may know of no request.
    if (this.#res.req === this.#req) foundBeforeHead(this.#res, privacyOf)
    else beforeHead(this.#res, this.privacy)
  }

  /** How what is sent is kept from caches. */
  get privacy(): HeadWork {
    return this.instance.bearer ? makePrivateByToken : makePrivate
  }

  /** Whether nobody asked for so long that sessions may have been ended unnoticed. */
  isStale(): boolean {
    if (this.#view !== undefined) return false
    const { sessions } = this.instance
    return this.#presented ? !sessions.isFresh() : sessions.isStale(this.#req)
  }

  /** Brings what is known up to date; if that fails, nobody can tell who is asking. */
  async refresh(): Promise<void> {
    const { sessions } = this.instance
    await sessions.refresh()
    this.#wasFresh = sessions.isFresh()
  }
}

/** Of any instance on the way. */
function privacyOf({ req }: ServerResponse): HeadWork | undefined {
  let context = (req as Branded | undefined)?.[brand]
  while (context && !context.isPrivate) context = context.outer
  return context?.privacy
}

const show = requestProperty({
  name: 'scalekit',
  of: (req: Branded) => req[brand]?.principal,
  isOn: (req: Branded) => req[brand] !== undefined,
})

/**
 * Puts `req.scalekit` on a request; the instance mounted last on the way is the one it shows.
 *
 * @param presented The access token that decides in place of a cookie, where the request has one.
 *
 * @internal
 */
export function attach(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  presented?: Presented,
): void {
  const branded = req as Branded
  const outer = branded[brand]
  if (outer?.instance !== instance) {
    branded[brand] = new Context(instance, req, res, outer, presented)
  }
  show(req)
}

/**
 * Finds the context a guard works with.
 *
 * @param instance The instance whose guard asks; without it, the one mounted last.
 * @throws {@link ConfigError} `not_mounted`
 *
 * @internal
 */
export function contextOf(req: IncomingMessage, instance?: Instance): Context {
  const context = contextIn(req, instance)
  if (context) return context
  throw new ConfigError('not_mounted', 'scalekitAuth() did not run for this request', {
    hint: 'Put app.use(scalekitAuth()) above the routes that read the session. If the kit is mounted below a path, also add app.use(auth.session()).',
  })
}

function contextIn(req: IncomingMessage, instance?: Instance): Context | undefined {
  let context = (req as Branded)[brand]
  while (context && instance && context.instance !== instance) context = context.outer
  return context
}

/**
 * When a request came, as far as the instance knows.
 *
 * @internal
 */
export function arrivalOf(instance: Instance, req: IncomingMessage): Arrival {
  return contextIn(req, instance)?.arrival ?? instance.sessions.arrival()
}

/**
 * Who is asking: the same as `req.scalekit`, for any framework, and never somebody else's property.
 *
 * @throws {@link ConfigError} `not_mounted` when `scalekitAuth()` did not run for this request, or
 *   `clock_invalid` while the `clock` option fails; {@link ScalekitError} `store_unavailable` while
 *   the store cannot say who is signed in
 */
export function getAuth(req: IncomingMessage): Principal {
  return contextOf(req).principal
}
