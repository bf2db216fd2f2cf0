import type { Config } from '../../config/config.ts'
import type { CookieStyle } from '../../ground/cookies.ts'
import { warnerOnce } from '../../ground/log.ts'
import type { Sealer } from '../../ground/seal.ts'
import { expressSession } from '../../session/express-session.ts'
import { detectedKind, type SessionStorages } from '../../session/kind.ts'
import { type OwnSession, type OwnSessionParts, ownSession } from '../../session/own-session.ts'
import { sealedCookie } from '../../session/sealed-cookie.ts'
import { sealedIdentity } from '../../session/sealed-identity.ts'
import type { SessionStorage } from '../../session/session-storage.ts'
import { signInCookiePrefix } from './transactions.ts'

/** Returns the storage in which this instance keeps its sessions. */
export function sessionStorage(
  { name, cookiePrefix, session, clock, logger }: Config,
  style: CookieStyle,
  seal: (purpose: string) => Sealer,
): SessionStorage {
  const { kind, keep, idleSeconds } = session
  const storages: SessionStorages = {
    cookie: sealedCookie({
      name: cookieNameOf(cookiePrefix),
      style,
      seal: seal('session'),
      idleSeconds,
      clock,
    }),
    'express-session': expressSession({
      key: name,
      keep,
      sealed: sealedIdentity(seal('express-session'), name),
      clock,
      logger,
    }),
  }
  const warnOnce = warnerOnce(logger)
  const onFound = () => warnOnce(expressSessionFound)
  return kind === 'auto' ? detectedKind(storages, { onFound }) : storages[kind]
}

const expressSessionFound =
  'session_kind: express-session ran for this request, and not for an earlier one whose session is in a cookie. Sessions in cookies are over. If express-session was there all the time, its store had been disconnected; otherwise, mount it above scalekitAuth() and for every route. In a test, pass the application to signIn(): signIn(auth, who, { app })'

/**
 * Makes the `express-session` middleware, if `session.store` lets the kit mount it.
 *
 * @param instance `id` separates the secrets of this instance from those of others. `isOver`
 *   returns whether the session of a request was ended meanwhile. `onUnknownKey` is called for
 *   cookies that were signed with other secrets.
 */
export function ownSessionFor(
  config: Config,
  instance: Pick<OwnSessionParts, 'newest' | 'isOver' | 'onUnknownKey'> & {
    readonly id: string
    readonly cookieStyle: CookieStyle
  },
): OwnSession | undefined {
  const { store, idleSeconds } = config.session
  if (!store) return undefined
  const { id, cookieStyle: style, ...rest } = instance
  return ownSession({
    ...rest,
    name: cookieNameOf(config.cookiePrefix),
    signInPrefix: signInCookiePrefix(config.cookiePrefix, style),
    style,
    store,
    secrets: cookieSecretsOf(config, id),
    idleSeconds,
    clock: config.clock,
    logger: config.logger,
  })
}

function cookieSecretsOf({ secret, session }: Config, instanceId: string): string[] {
  if (session.secret) return session.secret.map((each) => each.reveal())
  const purpose = `express-session cookie ${instanceId}`
  return secret.map((each) => each.derive(purpose, 32).toString('base64url'))
}

function cookieNameOf(prefix: string): string {
  return `${prefix}-session`
}
