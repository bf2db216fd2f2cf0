import type { Identity } from '../ground/types.ts'
import type { OpenConnections } from './open-connections.ts'
import type { Watched } from './watched.ts'

/**
 * Returns one signal for each identity, which is watched until its session ends. It is for
 * functions of the application that receive a principal outside of `req.scalekit`. The signal on
 * `req.scalekit` is only watched until the response closes.
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
