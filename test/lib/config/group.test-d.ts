import { expectTypeOf, it } from 'vitest'
import type { Config } from '../../../src/lib/config/config.ts'
import { type Read, type Report, readMembers } from '../../../src/lib/config/group.ts'

interface Options {
  readonly name?: string
  readonly seconds?: number
}

const readers = {
  name: (value: unknown = 'scalekit'): string => String(value),
  seconds: (value: unknown): number | undefined => Number(value),
}
const { seconds: _forgotten, ...incomplete } = readers
const emulator = { isAllowed: false, isAllowedElsewhere: false }
const scope = { env: {}, emulator, report: { problems: [], unknown: [] } as Report }

it('does not compile where an option has no reader', () => {
  readMembers<Options, typeof readers>('', {}, readers, scope)
  // @ts-expect-error `seconds` is an option and has no reader.
  readMembers<Options, typeof incomplete>('', {}, incomplete, scope)
})

it('gives each option the type that its reader returns', () => {
  expectTypeOf<Read<typeof readers>>().toEqualTypeOf<{
    readonly name: string
    readonly seconds: number | undefined
  }>()
  expectTypeOf<Config['webhooks']['timeoutSeconds']>().toEqualTypeOf<number>()
  expectTypeOf<Config['login']['fallback']>().toEqualTypeOf<'email' | 'hosted'>()
})
