import type { EmulatorSeed } from './world/seed.ts'

/** @throws if a production process starts an emulator without explicit permission */
export function assertAllowed(seed: EmulatorSeed): void {
  if (process.env.NODE_ENV !== 'production') return
  if (seed.dangerouslyAllowEmulator !== true) {
    throw new Error(
      'The emulator signs in every user without a password, so it does not start while NODE_ENV is production. Unset NODE_ENV, or use a Scalekit environment. Only for end-to-end tests of a production image: dangerouslyAllowEmulator, or --dangerously-allow-emulator.',
    )
  }
  if (seed.stateFile !== undefined) {
    throw new Error(
      'The emulator keeps no state while NODE_ENV is production: leave out stateFile, or --state.',
    )
  }
  console.error(
    'dangerouslyAllowEmulator: this emulator of Scalekit runs in production and signs in every visitor as every person, without a password. Use it for end-to-end tests only.',
  )
}
