import type { OptionalRevocation } from '../auth/event-targets.ts'
import { positive, strings } from '../ground/fields.ts'
import type { DeliveryQueue } from '../state/delivery-queue.ts'
import { handlerNames } from '../webhooks/handler-names.ts'
import type { EventHandlers } from '../webhooks/handlers.ts'
import { webhookScheme } from '../webhooks/scheme.ts'
import { type Read, type RootScope, readGroup, type Scope } from './group.ts'
import { hasHandler, readHandlers } from './handlers.ts'
import type { WebhookOptions } from './options.ts'
import { type SigningKeys, signingKeys } from './signing-secret.ts'

/** The reader of each option of `webhooks` except handlers. */
export const webhookReaders = {
  secret: (value: unknown, { env, emulator, group }: Scope<WebhookOptions>): SigningKeys =>
    signingKeys(value, 'SCALEKIT_WEBHOOK_SECRET', {
      scheme: webhookScheme,
      isNeeded: hasHandler(group, handlerNames),
      env,
      emulator,
    }),
  toleranceSeconds: (value: unknown = 300): number => positive(value),
  maxBytes: (value: unknown = 1_048_576): number => positive(value),
  timeoutSeconds: (value: unknown = 8): number => positive(value),
  delivery: (value: unknown = 'inline'): 'inline' | DeliveryQueue => delivery(value),
  revokeOn: (value: unknown = []): readonly OptionalRevocation[] =>
    strings(value, ['sso_disabled', 'directory_disabled']),
}

/** The options of `webhooks`, read. */
export type WebhookConfig = Read<typeof webhookReaders> & { readonly handlers: EventHandlers }

export function readWebhooks(value: unknown, scope: RootScope): WebhookConfig {
  const options = readGroup('webhooks', value, webhookReaders, scope, handlerNames)
  return { ...options, handlers: readHandlers('webhooks', value, handlerNames, scope.report) }
}

function delivery(value: unknown): 'inline' | DeliveryQueue {
  if (value === 'inline') return value
  const queue = value as DeliveryQueue | null
  if (typeof queue?.enqueue === 'function') return queue
  throw new Error('must be "inline", or bullmq(queue) or pgBoss(boss) of express-scalekit/queues')
}
