export type { EmulatedSession, EmulatorControls } from './lib/emulator/control/controls.ts'
export type { OrganizationChanges } from './lib/emulator/control/organizations.ts'
export type { EmulatedMember, MemberChanges } from './lib/emulator/control/people.ts'
export type { PersonChanges, PersonEditor } from './lib/emulator/control/person-editor.ts'
export type { EmulatorState } from './lib/emulator/control/saved-state.ts'
export type { FinishedSignIn, HostedSignInOptions } from './lib/emulator/control/sign-in.ts'
export type {
  DirectoryEditor,
  DirectoryGroupSeed,
  DirectoryUserSeed,
} from './lib/emulator/directory/editor.ts'
export type { Emulator } from './lib/emulator/emulator.ts'
export { startEmulator } from './lib/emulator/emulator.ts'
export type {
  EmulatedInterceptor,
  EmulatedInterceptorCall,
} from './lib/emulator/interceptors/interceptor.ts'
export type { InvitationSeed } from './lib/emulator/oauth/hosted/invite.ts'
export type { PresentedToken } from './lib/emulator/presented-token.ts'
export type { ReceivedRequest } from './lib/emulator/serve.ts'
export type { Call } from './lib/emulator/server/call.ts'
export type { BackChannelLogout } from './lib/emulator/state/back-channel.ts'
export type {
  AccessTokenFault,
  AnswerLostFault,
  FaultRule,
  HangFault,
  IdpLoginFault,
  IdTokenFault,
  LogoutTokenFault,
  PendingFault,
  RepeatedFault,
  RequestFault,
  ResetFault,
  StatusFault,
  TokenResponseFault,
} from './lib/emulator/state/faults.ts'
export type { Claims } from './lib/emulator/state/keys.ts'
export type { Tampering } from './lib/emulator/webhooks/attempt.ts'
export type {
  DeliveryAttempt,
  DeliveryFaults,
  EmulatedDelivery,
  EmulatedSubscription,
  Subscription,
} from './lib/emulator/webhooks/delivery.ts'
export type { DataOf, WireEvent } from './lib/emulator/webhooks/event.ts'
export type { RetrySchedule } from './lib/emulator/webhooks/retry-schedule.ts'
export type {
  EmulatedDirectory,
  EmulatedDirectoryGroup,
  EmulatedDirectoryUser,
} from './lib/emulator/world/directory.ts'
export type {
  EmulatedConnection,
  EmulatedOrganization,
  OrganizationFeature,
} from './lib/emulator/world/organizations.ts'
export type { EmulatedPerson } from './lib/emulator/world/people.ts'
export type {
  ConnectionSeed,
  ConnectionStatus,
  DirectorySeed,
  EmulatorProduct,
  EmulatorSeed,
  Lifetimes,
  MembershipStatus,
  OrganizationSeed,
  PersonSeed,
} from './lib/emulator/world/seed.ts'
export type {
  SessionLimits,
  SessionPolicy,
  Span,
  TimeUnit,
} from './lib/emulator/world/session-policy.ts'
export type { EmulatorWarning } from './lib/emulator/world/warnings.ts'
export type { Clock } from './lib/ground/clock.ts'
export type { Json, OpenEnum } from './lib/ground/types.ts'
export type { Middleware, Next } from './lib/http/request/middleware.ts'
export type { TestSession } from './lib/testing/sign-in.ts'
export { signIn } from './lib/testing/sign-in.ts'
export type { SignInOptions } from './lib/testing/sign-in-options.ts'
export type { StorageState, StoredCookie } from './lib/testing/storage-state.ts'
export type { TestUser } from './lib/testing/test-user.ts'
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
export type { EventEnvelope, EventOf, EventType } from './lib/webhooks/events.ts'
export type {
  InterceptorCall,
  InterceptorCallAt,
  InterceptorContext,
  TriggerPoint,
} from './lib/webhooks/interceptors.ts'
