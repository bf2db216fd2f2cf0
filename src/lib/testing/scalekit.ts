import { type InProcessEmulator, inProcess, runningEmulator } from '../emulator/in-process.ts'
import { createKeyRing } from '../emulator/state/keys.ts'
import { createState } from '../emulator/state/state.ts'
import { settingsFrom } from '../emulator/world/settings.ts'
import type { Instance } from '../http/instance/instance.ts'
import { discoverOnce } from '../oidc/discovery.ts'
import { keySets } from '../oidc/key-sets.ts'
import { sender } from '../outgoing/request.ts'

/**
 * Scalekit for the sign-ins of a test: an emulator in this process, and the functions that the
 * callback needs.
 */
export interface TestScalekit extends Pick<Instance, 'discover' | 'keysOf'> {
  readonly emulator: InProcessEmulator
}

const connections = new WeakMap<Instance, TestScalekit>()
const ownEmulators = new WeakMap<Instance, InProcessEmulator>()

/** The running emulator that an instance uses, if it runs in this process. */
export function emulatorOf({ config }: Instance): InProcessEmulator | undefined {
  return runningEmulator(config.issuer)
}

/** The running emulator that an instance uses. Otherwise a new one, which has no server. */
export function scalekitOf(instance: Instance): TestScalekit {
  const emulator = emulatorOf(instance) ?? ownEmulatorOf(instance)
  const before = connections.get(instance)
  if (before?.emulator === emulator) return before
  const scalekit = connected(instance, emulator)
  connections.set(instance, scalekit)
  return scalekit
}

function ownEmulatorOf(instance: Instance): InProcessEmulator {
  const emulator = ownEmulators.get(instance) ?? emptyEmulator(instance)
  ownEmulators.set(instance, emulator)
  return emulator
}

/** Connects the callback to the emulator as to Scalekit, but without a network. */
function connected({ config, clock, logger }: Instance, emulator: InProcessEmulator): TestScalekit {
  const send = sender({
    origins: [config.environmentUrl.origin, new URL(config.issuer).origin],
    timeoutMs: config.http.timeoutSeconds * 1000,
    fetch: emulator.fetch,
  })
  return {
    emulator,
    discover: discoverOnce(config, { send, clock, logger }),
    // The cooldown limits calls over a network. Here, a rotated key must be found immediately.
    keysOf: keySets(send, { logger, cooldownMs: 0 }),
  }
}

/** Generating a key takes 0.2 seconds, so all emulators share one. */
const keys = createKeyRing()

function emptyEmulator({ config, clock }: Instance): InProcessEmulator {
  const { clientId, clientSecret, issuer } = config
  const settings = settingsFrom({
    clientId,
    clientSecret: clientSecret.reveal(),
    redirectUris: [],
    organizations: [],
    socialPeople: [],
    clock,
  })
  return inProcess({ ...createState(issuer, settings, clock), keys }, [])
}
