import type { KeyObject } from 'node:crypto'
import type { OptionalRevocation } from '../auth/reactions.ts'
import { ConfigError } from '../ground/errors.ts'
import { oneOf, texts } from '../ground/fields.ts'
import { emulatorWebhookSecret } from '../ground/sample-secrets.ts'
import type { DeliveryQueue } from '../state/delivery-queue.ts'
import { handlerNames } from '../webhooks/handler-names.ts'
import type { EventHandlers } from '../webhooks/handlers.ts'
import type { OnFailure } from '../webhooks/intercept.ts'
import {
  type InterceptorHandlers,
  interceptorHandlerNames,
} from '../webhooks/interceptor-handlers.ts'
import { interceptorScheme, type Scheme, webhookScheme } from '../webhooks/scheme.ts'
import type { Secrets } from '../webhooks/signing-keys.ts'
import { type Env, isProduction } from './fields.ts'
import type { ScalekitAuthOptions } from './options.ts'

/** Handlers need a secret; without handlers, one is enough for what the kit itself does. */
export function webhookKeys({ webhooks = {} }: ScalekitAuthOptions, env: Env): SigningKeys {
  const needed = hasAny(webhooks, handlerNames)
  return signingKeys(webhooks.secret, 'SCALEKIT_WEBHOOK_SECRET', {
    scheme: webhookScheme,
    needed,
    env,
  })
}

export function interceptorKeys({ interceptors = {} }: ScalekitAuthOptions, env: Env): SigningKeys {
  const needed = hasAny(interceptors, interceptorHandlerNames)
  return signingKeys(interceptors.secret, 'SCALEKIT_INTERCEPTOR_SECRET', {
    scheme: interceptorScheme,
    needed,
    env,
  })
}

type SigningKeys = readonly KeyObject[]

function hasAny(options: object, names: readonly string[]): boolean {
  return names.some((name) => name in options)
}

function signingKeys(
  given: Secrets | undefined,
  variable: string,
  { scheme, needed, env }: { readonly scheme: Scheme; readonly needed: boolean; readonly env: Env },
): SigningKeys {
  const secret = given ?? env[variable]?.split(',')
  if (secret !== undefined) return readKeys(secret, scheme, env)
  if (!needed) return []
  throw new Error(`is missing: set ${variable} to the endpoint’s signing secret`)
}

function readKeys(secret: Secrets, scheme: Scheme, env: Env): SigningKeys {
  if (isProduction(env) && [secret].flat().includes(emulatorWebhookSecret)) {
    throw new Error('is the emulator’s, which everybody knows: use your endpoint’s own')
  }
  try {
    return scheme.keysOf(secret)
  } catch (error) {
    // Its sentences begin with `secret`, as this one does.
    const [problem] = error instanceof ConfigError ? error.problems : []
    throw new Error(problem?.replace(/^`secret(\[\d+\])?` /, '') ?? 'cannot be read', {
      cause: error,
    })
  }
}

export function webhookHandlers({ webhooks = {} }: ScalekitAuthOptions): EventHandlers {
  return functionsOf(webhooks, handlerNames)
}

export function interceptorHandlers({
  interceptors = {},
}: ScalekitAuthOptions): InterceptorHandlers {
  return functionsOf(interceptors, interceptorHandlerNames)
}

function functionsOf(options: object, names: readonly string[]): object {
  const named = Object.entries(options).filter(([name]) => names.includes(name))
  const wrong = named.find(([, handler]) => handler !== undefined && typeof handler !== 'function')
  if (wrong) throw new Error(`must be functions; \`${wrong[0]}\` is none`)
  return Object.fromEntries(named.filter(([, handler]) => handler !== undefined))
}

/** Both are sensible, and which is meant nobody can know: letting in, or keeping out. */
export function onFailure({ interceptors = {} }: ScalekitAuthOptions): OnFailure {
  if (interceptors.onFailure !== undefined) return oneOf(interceptors.onFailure, ['deny', 'allow'])
  if (!hasAny(interceptors, interceptorHandlerNames)) return 'deny'
  throw new Error('is missing: say "deny" or "allow", for when a handler throws or takes too long')
}

export function delivery(value: 'inline' | DeliveryQueue): 'inline' | DeliveryQueue {
  if (value === 'inline' || typeof (value as DeliveryQueue | null)?.enqueue === 'function') {
    return value
  }
  throw new Error('must be "inline", or bullmq(queue) or pgBoss(boss) of express-scalekit/queues')
}

export function revokeOn(value: unknown): readonly OptionalRevocation[] {
  return texts(value, ['sso_disabled', 'directory_disabled']) as readonly OptionalRevocation[]
}
