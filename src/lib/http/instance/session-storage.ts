import type { IncomingMessage } from 'node:http'
import type { Config } from '../../config/config.ts'
import type { CookieStyle } from '../../ground/cookies.ts'
import type { Sealer } from '../../ground/seal.ts'
import { expressSession } from '../../session/express-session.ts'
import { detectedKind, type SessionStorages } from '../../session/kind.ts'
import { type OwnSession, ownSession } from '../../session/own-session.ts'
import { sealedCookie } from '../../session/sealed-cookie.ts'
import { sealedIdentity } from '../../session/sealed-identity.ts'
import type { SessionStorage } from '../../session/session-storage.ts'

/** Where this instance keeps its sessions. */
export function sessionStorage(
  { name, session, clock, logger }: Config,
  style: CookieStyle,
  seal: (purpose: string) => Sealer,
): SessionStorage {
  const { kind, keep, idleSeconds } = session
  const storages: SessionStorages = {
    cookie: sealedCookie({
      name: cookieNameOf(name),
      style,
      seal: seal('session'),
      idleSeconds,
      clock,
    }),
    'express-session': expressSession({
      key: name,
      keep,
      sealed: sealedIdentity(seal('express-session'), name),
      logger,
    }),
  }
  return kind === 'auto' ? detectedKind(storages) : storages[kind]
}

/**
 * Mounts `express-session` for an application that left it to us.
 *
 * @param instance `id` tells this instance's secrets from another's; `isOver` says whether the
 *   session that a request has was ended meanwhile.
 */
export function ownSessionFor(
  config: Config,
  instance: {
    readonly id: string
    readonly cookieStyle: CookieStyle
    isOver(req: IncomingMessage): boolean
  },
): OwnSession | undefined {
  const { store, idleSeconds } = config.session
  if (!store) return undefined
  return ownSession({
    name: cookieNameOf(config.name),
    style: instance.cookieStyle,
    store,
    secrets: cookieSecretsOf(config, instance.id),
    idleSeconds,
    logger: config.logger,
    isOver: instance.isOver,
  })
}

function cookieSecretsOf({ secret, session }: Config, instanceId: string): string[] {
  if (session.secret) return session.secret.map((each) => each.reveal())
  const purpose = `express-session cookie ${instanceId}`
  return secret.map((each) => each.derive(purpose, 32).toString('base64url'))
}

function cookieNameOf(name: string): string {
  return `${name}-session`
}
