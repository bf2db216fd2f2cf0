export type {
  DirectoryEditor,
  DirectoryGroupSeed,
  DirectoryUserSeed,
} from './lib/emulator/directory/editor.ts'
export type { Emulator } from './lib/emulator/emulator.ts'
export { startEmulator } from './lib/emulator/emulator.ts'
export type { ReceivedRequest } from './lib/emulator/serve.ts'
export type {
  AccessTokenFault,
  FaultRule,
  HangFault,
  IdpLoginFault,
  IdTokenFault,
  ResetFault,
  StatusFault,
  TokenResponseFault,
} from './lib/emulator/state/faults.ts'
export type { Tampering } from './lib/emulator/webhooks/attempt.ts'
export type {
  DeliveryAttempt,
  DeliveryFaults,
  EmulatedDelivery,
  Subscription,
} from './lib/emulator/webhooks/delivery.ts'
export type {
  EmulatedDirectory,
  EmulatedDirectoryGroup,
  EmulatedDirectoryUser,
} from './lib/emulator/world/directory.ts'
export type {
  EmulatedConnection,
  EmulatedOrganization,
} from './lib/emulator/world/organizations.ts'
export type { EmulatedPerson } from './lib/emulator/world/people.ts'
export type {
  ConnectionSeed,
  ConnectionStatus,
  DirectorySeed,
  EmulatorMode,
  EmulatorSeed,
  Lifetimes,
  OrganizationSeed,
  PersonSeed,
} from './lib/emulator/world/seed.ts'
