import type { IncomingMessage } from 'node:http'
import type { Identity } from '../ground/types.ts'
import type { Instance } from '../http/instance/instance.ts'
import { hasExpressSession } from '../session/express-session.ts'
import type { TestScalekit } from './scalekit.ts'

/** How the instance of one test sign-in differs from the one it stands in for. */
export interface TestInstanceParts {
  readonly scalekit: TestScalekit
  /** Whether the session is to be over by time. */
  readonly expired: boolean
  /** Gets what the session holds, once it has begun. */
  onBegun(identity: Identity): void
}

/** The same instance, except that it asks `scalekit` and tells what it began. */
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
 * Lifetimes by which a session is over when it begins. A browser still has the cookie of a sealed
 * session that was not used for too long; in `express-session`, only the absolute end is the kit's.
 */
function over({ session }: Instance['config'], req: IncomingMessage): Partial<typeof session> {
  const isCookie = session.kind === 'cookie' || !hasExpressSession(req)
  return isCookie ? { idleSeconds: -1 } : { absoluteSeconds: -1 }
}
