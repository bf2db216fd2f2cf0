import { memoryStore, type StateStore } from '../../src/index.ts'
import { remote } from './processes.ts'

/** A store on another machine, whose calls can be made to hang or to fail. */
export interface FailingStore {
  readonly store: StateStore
  /** Names of the calls that came, such as `revocations.since`. */
  readonly calls: string[]
  /** From now on, every call does this. */
  is(state: 'well' | 'hanging' | 'refusing'): void
}

export function failingStore(): FailingStore {
  const calls: string[] = []
  let state = 'well'

  async function answer(name: string, call: () => unknown): Promise<unknown> {
    calls.push(name)
    if (state === 'hanging') return new Promise(() => {})
    if (state === 'refusing') throw new Error('connect ECONNREFUSED')
    return call()
  }

  function failing<Part extends object>(part: Part, name: string): Part {
    return new Proxy(part, {
      get(target, member) {
        const value: unknown = Reflect.get(target, member)
        if (typeof value !== 'function' || member === 'subscribe') return value
        return (...given: unknown[]) =>
          answer(`${name}.${String(member)}`, () => Reflect.apply(value, target, given))
      },
    })
  }

  const { revocations, ...others } = remote(memoryStore())
  // No hint of what is new: processes find out by asking.
  const { subscribe: _, ...asked } = revocations
  return {
    store: {
      revocations: failing(asked, 'revocations'),
      singleUse: failing(others.singleUse, 'singleUse'),
      tokenStore: failing(others.tokenStore, 'tokenStore'),
      ledger: failing(others.ledger, 'ledger'),
      aliases: failing(others.aliases, 'aliases'),
    },
    calls,
    is(next) {
      state = next
    },
  }
}
