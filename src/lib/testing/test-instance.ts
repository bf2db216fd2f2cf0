import type { IncomingMessage } from 'node:http'
import type { Identity } from '../ground/types.ts'
import type { Instance } from '../http/instance/instance.ts'
import { hasExpressSession } from '../session/express-session.ts'
import type { TestScalekit } from './scalekit.ts'

/** The differences between the instance of a test sign-in and the original one. */
export interface TestInstanceParts {
  readonly scalekit: TestScalekit
  /** Whether the new session must have expired already. */
  readonly expired: boolean
  /** Receives the contents of the session once it has begun. */
  onBegun(identity: Identity): void
}

/** Copies an instance. The copy uses `scalekit` and reports the session that it began. */
export function testInstance(
  instance: Instance,
  { scalekit, expired, onBegun }: TestInstanceParts,
  req: IncomingMessage,
): Instance {
  const { config, sessions } = instance
  return {
    ...instance,
    discover: scalekit.discover,
    keysOf: scalekit.keysOf,
    config: expired ? { ...config, session: { ...config.session, ...over(config, req) } } : config,
    sessions: {
      ...sessions,
      async begin(...given) {
        await sessions.begin(...given)
        onBegun(given[2])
      },
    },
  }
}

/**
 * Lifetimes with which a new session has already expired. A browser keeps the cookie of a sealed
 * session after its idle timeout. With `express-session`, the kit only enforces the absolute
 * lifetime.
 */
function over({ session }: Instance['config'], req: IncomingMessage): Partial<typeof session> {
  const isCookie = session.kind === 'cookie' || !hasExpressSession(req)
  return isCookie ? { idleSeconds: -1 } : { absoluteSeconds: -1 }
}
