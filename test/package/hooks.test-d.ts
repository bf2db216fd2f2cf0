import { expectTypeOf, it } from 'vitest'
import type { ScalekitAuthOptions } from '../../src/index.ts'
import type { SessionStore } from '../../src/lib/session/own-session.ts'
import type { DeliveryQueue } from '../../src/lib/state/delivery-queue.ts'
import type { StateStore } from '../../src/lib/state/store.ts'
import type { EventHandlers } from '../../src/lib/webhooks/handlers.ts'
import type { InterceptorHandlers } from '../../src/lib/webhooks/interceptor-handlers.ts'
import type { optionHooks } from '../hostile/support/hooks.ts'

/** Implementations of an interface: what happens when these fail is tested beside each. */
type Implementation = StateStore | SessionStore | DeliveryQueue

type AnyFunction = (...given: never[]) => unknown

/** The names of all functions among the options, e.g. `login.resolve`. */
type FunctionOption<Options> = {
  [Name in keyof Options & string]-?: InValue<NonNullable<Options[Name]>, Name>
}[keyof Options & string]

type InValue<Value, Name extends string> = Value extends AnyFunction
  ? Name
  : Value extends string | number | boolean | URL | readonly unknown[] | Implementation
    ? never
    : Value extends object
      ? `${Name}.${FunctionOption<Value>}`
      : never

/** They are walked by the lists of their names. */
type Handler = `webhooks.${keyof EventHandlers}` | `interceptors.${keyof InterceptorHandlers}`

it('knows every function among the options, so that none is added without being walked', () => {
  type Walked = keyof typeof optionHooks
  expectTypeOf<Exclude<FunctionOption<ScalekitAuthOptions>, Handler>>().toEqualTypeOf<Walked>()
})
