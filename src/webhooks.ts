export type { Clock } from './lib/ground/clock.ts'
export type {
  AccessErrorCode,
  ApiErrorCode,
  ConfigErrorCode,
  GeneralErrorCode,
  LoginErrorCode,
  ScalekitErrorCode,
  WebhookErrorCode,
} from './lib/ground/error-codes.ts'
export type { ErrorDetails } from './lib/ground/errors.ts'
export { ConfigError, PermanentError, ScalekitError, WebhookError } from './lib/ground/errors.ts'
export type { LogFields, Logger } from './lib/ground/log.ts'
export type { HookResult, Json, OpenEnum } from './lib/ground/types.ts'
export type { RawBody } from './lib/webhooks/body.ts'
export type {
  ConnectedAccountData,
  ConnectedAccountStatusData,
  ConnectionData,
  DeletedDirectoryGroupData,
  DeletedDirectoryUserData,
  DirectoryData,
  DirectoryGroupData,
  DirectoryRole,
  DirectoryUserData,
  EnvelopeEcho,
  EventData,
  ExternalIdentity,
  MembershipData,
  OrganizationData,
  OrganizationDomainData,
  PermissionData,
  RoleData,
  SwitchedConnectionData,
  UserData,
  UserSessionData,
} from './lib/webhooks/data.ts'
export type { Dispatcher } from './lib/webhooks/dispatch.ts'
export { createDispatcher } from './lib/webhooks/dispatch.ts'
export type {
  AliasedEventType,
  EventAlias,
  EventEnvelope,
  EventOf,
  EventType,
  ScalekitEvent,
  UnknownEvent,
} from './lib/webhooks/events.ts'
export type { EventHandlerName } from './lib/webhooks/handler-names.ts'
export type { Delivery, EventHandler, EventHandlers } from './lib/webhooks/handlers.ts'
export type { RequestHeaders } from './lib/webhooks/headers.ts'
export type {
  Interception,
  InterceptorDecision,
  InterceptorHandler,
  InterceptorHandlerName,
  InterceptorHandlers,
  InterceptorResponses,
} from './lib/webhooks/interceptor-handlers.ts'
export type {
  InterceptorCall,
  InterceptorCallAt,
  InterceptorContext,
  TriggerPoint,
} from './lib/webhooks/interceptors.ts'
export type { PascalCase } from './lib/webhooks/pascal-case.ts'
export type { EventPattern, EventPrefix, MatchingEvent } from './lib/webhooks/patterns.ts'
export type { Message, VerifyOptions } from './lib/webhooks/signature.ts'
export { signInterceptor, signWebhook } from './lib/webhooks/signature.ts'
export type { Secrets } from './lib/webhooks/signing-keys.ts'
export { verifyInterceptor, verifyWebhook } from './lib/webhooks/verify.ts'
