/** What a function of an application may do instead of its work. */
export interface HookFault {
  readonly name: string
  /** `fails`: it throws or rejects. `nothing`: it returns no value. `nonsense`: of no known type. */
  readonly kind: 'fails' | 'hangs' | 'nothing' | 'nonsense'
  readonly play: () => unknown
}

export const hookFaults: readonly HookFault[] = [
  fault('fails', 'throws an Error', () => {
    throw new Error('a fault')
  }),
  fault('fails', 'throws undefined', () => {
    throw undefined
  }),
  fault('fails', 'throws what no text can be made of', () => {
    throw Object.create(null)
  }),
  fault('fails', 'rejects', () => Promise.reject(new Error('a fault'))),
  fault('fails', 'rejects with undefined', () => Promise.reject()),
  fault('fails', 'returns a thenable that throws', () => ({
    // biome-ignore lint/suspicious/noThenProperty: it is the fault.
    then() {
      throw new Error('a fault')
    },
  })),
  fault('hangs', 'never settles', () => new Promise(() => {})),
  fault('nothing', 'returns undefined', () => undefined),
  fault('nothing', 'resolves with undefined', async () => undefined),
  fault('nothing', 'returns null', () => null),
  fault('nonsense', 'returns NaN', () => Number.NaN),
  fault('nonsense', 'returns true', () => true),
  fault('nonsense', 'returns a string', () => '\u0000nonsense'),
  fault('nonsense', 'returns a symbol', () => Symbol('nonsense')),
  fault('nonsense', 'returns a function', () => () => {}),
  fault('nonsense', 'returns an array', () => [5]),
  fault('nonsense', 'returns an object', () => ({ nonsense: 5 })),
  fault('nonsense', 'resolves with a string', async () => '\u0000nonsense'),
  fault('nonsense', 'resolves with an array', async () => [5]),
]

function fault(kind: HookFault['kind'], name: string, play: () => unknown): HookFault {
  return { kind, name, play }
}
