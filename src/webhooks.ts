export type {
  ConfigErrorCode,
  GeneralErrorCode,
  ScalekitErrorCode,
  WebhookErrorCode,
} from './lib/ground/error-codes.ts'
export type { ErrorDetails } from './lib/ground/errors.ts'
export { ConfigError, PermanentError, ScalekitError, WebhookError } from './lib/ground/errors.ts'
export type { RawBody } from './lib/webhooks/body.ts'
export type { Dispatcher } from './lib/webhooks/dispatch.ts'
export { createDispatcher } from './lib/webhooks/dispatch.ts'
export type {
  EventAlias,
  EventOf,
  EventType,
  ScalekitEvent,
  UnknownEvent,
} from './lib/webhooks/events.ts'
export type { Delivery, EventHandler, EventHandlers } from './lib/webhooks/handlers.ts'
export type { RequestHeaders } from './lib/webhooks/headers.ts'
export type {
  Interception,
  InterceptorDecision,
  InterceptorHandler,
  InterceptorHandlers,
} from './lib/webhooks/interceptor-handlers.ts'
export type { InterceptorCall, TriggerPoint } from './lib/webhooks/interceptors.ts'
export type { EventPattern } from './lib/webhooks/patterns.ts'
export type { Message, VerifyOptions } from './lib/webhooks/signature.ts'
export { signInterceptor, signWebhook } from './lib/webhooks/signature.ts'
export type { Secrets } from './lib/webhooks/signing-keys.ts'
export { verifyInterceptor, verifyWebhook } from './lib/webhooks/verify.ts'
