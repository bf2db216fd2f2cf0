import { withMethods } from '../ground/fields.ts'
import type { SessionStore } from '../session/own-session.ts'
import type { StateStore, TokenStore } from '../state/store.ts'

/** Reads the store that processes share. */
export function stateStore(value: unknown): StateStore | undefined {
  if (value === undefined) return undefined
  const store = value as Partial<StateStore & SessionStore> | null
  const parts = ['revocations', 'singleUse', 'tokenStore', 'ledger', 'aliases'] as const
  if (parts.every((name) => typeof store?.[name] === 'object')) {
    withMethods(store?.revocations, ['write', 'since'])
    assertTokenStore(store?.tokenStore)
    return store as StateStore
  }
  if (typeof store?.regenerate === 'function') {
    throw new Error('is a session store of express-session: pass it as `session.store`')
  }
  throw new Error('must be memoryStore(), redisStore(client) or postgresStore(pool)')
}

/** A store that was written for an earlier version may lack some of these methods. */
function assertTokenStore(tokenStore: Partial<TokenStore> = {}): void {
  const methods = ['put', 'get', 'replace', 'remove', 'lease', 'endLease'] as const
  const missing = methods.find((name) => typeof tokenStore[name] !== 'function')
  if (missing) throw new Error(`must have a tokenStore with a ${missing}() method`)
}
