import type { Identity } from '../ground/types.ts'
import type { OpenConnections } from './open-connections.ts'
import type { Watched } from './watched.ts'

/**
 * Makes one signal for each identity, which is watched until its session ends. For functions of the
 * application that get a principal outside of `req.scalekit`, which is let go with its response.
 */
export function endedSignals(
  watchedOf: (identity: Identity) => Watched,
  connections: OpenConnections,
): (identity: Identity) => AbortSignal {
  const signals = new WeakMap<Identity, AbortSignal>()
  return function endedOf(identity) {
    const known = signals.get(identity)
    if (known) return known
    const { ended } = connections.watch(watchedOf(identity))
    signals.set(identity, ended)
    return ended
  }
}
