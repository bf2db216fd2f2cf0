export type { Emulator } from './lib/emulator/emulator.ts'
export { startEmulator } from './lib/emulator/emulator.ts'
export type {
  AccessTokenFault,
  FaultRule,
  HangFault,
  IdpLoginFault,
  IdTokenFault,
  ResetFault,
  StatusFault,
  TokenResponseFault,
} from './lib/emulator/faults.ts'
export type {
  EmulatedConnection,
  EmulatedDirectory,
  EmulatedDirectoryGroup,
  EmulatedDirectoryUser,
  EmulatedOrganization,
  EmulatedPerson,
} from './lib/emulator/organizations.ts'
export type {
  ConnectionSeed,
  ConnectionStatus,
  DirectorySeed,
  EmulatorMode,
  EmulatorSeed,
  Lifetimes,
  OrganizationSeed,
  PersonSeed,
} from './lib/emulator/seed.ts'
export type { ReceivedRequest } from './lib/emulator/serve.ts'
