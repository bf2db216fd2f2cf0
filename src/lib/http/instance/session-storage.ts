import type { IncomingMessage } from 'node:http'
import type { Config } from '../../config/config.ts'
import type { Sealer } from '../../ground/seal.ts'
import { expressSession } from '../../session/express-session.ts'
import { detectedKind, type SessionStorages } from '../../session/kind.ts'
import { type OwnSession, ownSession } from '../../session/own-session.ts'
import { sealedCookie } from '../../session/sealed-cookie.ts'
import { sealedIdentity } from '../../session/sealed-identity.ts'
import type { SessionStorage } from '../../session/session-storage.ts'

/** Where this instance keeps its sessions. */
export function sessionStorage(config: Config, seal: (purpose: string) => Sealer): SessionStorage {
  const { name, logger, sessionKind } = config
  const storages: SessionStorages = {
    cookie: sealedCookie({
      name: cookieNameOf(config),
      style: config,
      seal: seal('session'),
      idleSeconds: config.idleSeconds,
      clock: config.clock,
    }),
    'express-session': expressSession({
      key: name,
      keep: config.sessionKeep,
      sealed: sealedIdentity(seal('express-session'), name),
      logger,
    }),
  }
  return sessionKind === 'auto' ? detectedKind(storages) : storages[sessionKind]
}

/**
 * Mounts `express-session` for an application that left it to us.
 *
 * @param instance What tells this instance's secrets from another's.
 * @param isOver Whether the session that a request has was ended meanwhile.
 */
export function ownSessionFor(
  config: Config,
  instance: string,
  isOver: (req: IncomingMessage) => boolean,
): OwnSession | undefined {
  const { sessionStore: store, idleSeconds, logger } = config
  if (!store) return undefined
  const secrets = cookieSecrets(config, instance)
  return ownSession({
    name: cookieNameOf(config),
    style: config,
    store,
    secrets,
    idleSeconds,
    logger,
    isOver,
  })
}

function cookieSecrets({ secrets, sessionSecrets }: Config, instance: string): string[] {
  if (sessionSecrets) return sessionSecrets.map((secret) => secret.reveal())
  const purpose = `express-session cookie ${instance}`
  return secrets.map((secret) => secret.derive(purpose, 32).toString('base64url'))
}

function cookieNameOf({ name }: Config): string {
  return `${name}-session`
}
