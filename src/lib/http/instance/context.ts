import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Presented } from '../../auth/presented.ts'
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
      /**
       * The principal of the request. Set by `scalekitAuth()`. It costs nothing until it is read.
       */
      readonly scalekit: Principal
    }
  }
}

/**
 * Marks requests that the kit has seen. `Symbol.for`, so that two copies of this package in one
 * process agree. A property named `scalekit` proves nothing, because other code may have set it.
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
  /** The context of an instance that was mounted before this one. */
  readonly outer: Context | undefined
  /** Whether the response may depend on the principal. */
  isPrivate = false
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  readonly #arrival: Arrival
  readonly #presented: Presented | undefined
  #view: View | undefined
  /** The copy of {@link Context.#ownOf} with the signal of this request. */
  #own: Principal | undefined
  /** The principal that was copied. */
  #ownOf: Principal | undefined
  #ended: AbortSignal | undefined
  #wasFresh: boolean

  constructor(
    instance: Instance,
    req: IncomingMessage,
    res: ServerResponse,
    outer: Context | undefined,
    presented: Presented | undefined,
    wasFresh: boolean,
  ) {
    this.instance = instance
    this.outer = outer
    this.#req = req
    this.#res = res
    this.#presented = presented
    this.#arrival = instance.sessions.arrival()
    this.#wasFresh = wasFresh
  }

  get arrival(): Arrival {
    return this.#arrival
  }

  /** Whether the principal comes from an access token, and not from a cookie. */
  get isByToken(): boolean {
    return this.#presented !== undefined
  }

  /**
   * Determined on first use. It then stays the same for the whole request, however long that takes.
   */
  get principal(): Principal {
    try {
      return this.#withOwnSignal(this.ask().principal)
    } finally {
      this.keepPrivate()
    }
  }

  /**
   * Returns the principal with the signal of this request. The principal itself is shared by all
   * requests of its session.
   */
  #withOwnSignal(principal: Principal): Principal {
    if (principal.status === 'signed-out') return principal
    if (this.#own === undefined || this.#ownOf !== principal) {
      this.#ownOf = principal
      this.#own = withEnded(principal, () => {
        this.#ended ??= endedWith(this.instance, this.#watched(), this.#res)
        return this.#ended
      })
    }
    return this.#own
  }

  #watched(): Watched | undefined {
    const { bearer, sessions } = this.instance
    return this.#presented ? bearer?.watch(this.#presented) : sessions.watchedOf(this.#req)
  }

  /** Returns the view, for a caller that keeps the response out of caches itself. */
  ask(): View {
    this.#view ??= this.#look()
    return this.#view
  }

  #look(): View {
    const { bearer, sessions } = this.instance
    if (bearer && this.#presented) return bearer.viewOf(this.#presented, this.#wasFresh)
    return sessions.viewOf(this.#req, this.#res, this.#arrival, this.#wasFresh)
  }

  /** Returns the view from local state, without waiting; `undefined` if the session is gone. */
  lookAgain(): View | undefined {
    return lookAgain(this.instance, this.#req, this.#view)
  }

  /** Returns the renewal that a guard has to wait for, if the authority is due for one. */
  renewal(): Promise<void> | undefined {
    const work = this.instance.sessions.renewal(this.ask())
    return work?.then(async () => {
      // The renewal may have taken long. A session that ended meanwhile must be noticed.
      await this.refresh()
      this.#view = undefined
    })
  }

  /** Keeps the response out of caches, because from now on it may depend on the principal. */
  keepPrivate(): void {
    if (this.isPrivate) return
    this.isPrivate = true
    // The response object of another host may have no `req`.
    if (this.#res.req === this.#req) foundBeforeHead(this.#res, privacyOf)
    else beforeHead(this.#res, this.privacy)
  }

  /** The headers that keep the response out of caches. */
  get privacy(): HeadWork {
    return this.instance.bearer ? makePrivateByToken : makePrivate
  }

  /** Whether the local copy of the revocations is too old: sessions may have been ended since. */
  isStale(): boolean {
    if (this.#view !== undefined) return false
    const { sessions } = this.instance
    return this.#presented ? !sessions.isFresh() : sessions.isStale(this.#req)
  }

  /**
   * Updates the local copy of the revocations. If that fails, reading the principal fails as well.
   */
  async refresh(): Promise<void> {
    this.#wasFresh = await this.instance.sessions.refresh()
  }
}

/** Returns the work of the innermost instance that made the response private. */
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
 * Puts `req.scalekit` on a request. With several instances, it shows that of the one mounted last.
 *
 * @param presented The access token that decides in place of a cookie, if the request has one.
 * @param wasFresh Whether the revocations of other processes were known when the request arrived.
 *
 * @internal
 */
export function attach(
  instance: Instance,
  req: IncomingMessage,
  res: ServerResponse,
  presented: Presented | undefined,
  wasFresh: boolean,
): void {
  const branded = req as Branded
  // `req[brand]` would store how to find it for the hidden class of this request, and Express gives
  // each request one of its own: in Node 20, that takes three times as long.
  const outer: Context | undefined = Reflect.get(req, brand)
  if (outer?.instance !== instance) {
    branded[brand] = new Context(instance, req, res, outer, presented, wasFresh)
  }
  show(req)
}

/**
 * Finds the context of a request for a guard.
 *
 * @param instance The instance to which the guard belongs. Without it, the one mounted last.
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
 * The arrival of a request. If the instance has not seen the request before, it is now.
 *
 * @internal
 */
export function arrivalOf(instance: Instance, req: IncomingMessage): Arrival {
  return contextIn(req, instance)?.arrival ?? instance.sessions.arrival()
}

/**
 * Returns the principal of a request. It equals `req.scalekit`, works with any framework, and
 * cannot be replaced by a property that other code set.
 *
 * @param req A request for which `scalekitAuth()` or `auth.session()` has run.
 * @returns the signed-in user, the accepted machine, or a signed-out principal
 * @throws {@link ConfigError} `not_mounted` if `scalekitAuth()` did not run for this request, or
 *   `clock_invalid` while the `clock` option fails; {@link ScalekitError} `store_unavailable` while
 *   the store is unavailable, so that the session cannot be checked
 * @example
 * const principal = getAuth(req)
 * if (principal.status === 'signed-in') console.log(principal.user.email)
 */
export function getAuth(req: IncomingMessage): Principal {
  return contextOf(req).principal
}
