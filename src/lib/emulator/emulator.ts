import { createFaults, type FaultRule } from './faults.ts'
import { createKeyRing } from './keys.ts'
import { type LoopbackServer, listenOnLoopback } from './loopback.ts'
import type { EmulatedOrganization } from './organizations.ts'
import type { EmulatorSeed } from './seed.ts'
import { type ReceivedRequest, serve } from './serve.ts'
import { settingsFrom } from './settings.ts'
import type { State } from './state.ts'

/** A running emulator of Scalekit. */
export interface Emulator {
  /** `http://localhost:<port>`: the environment URL and the issuer of its tokens. */
  readonly url: string
  /** What `scalekitAuth` takes to use this emulator. */
  readonly options: {
    readonly environmentUrl: string
    readonly clientId: string
    readonly clientSecret: string
  }
  readonly organizations: readonly EmulatedOrganization[]
  /** Everything received so far, oldest first. */
  readonly requests: readonly ReceivedRequest[]
  /**
   * Makes something go wrong: an endpoint, or the next token.
   *
   * @returns a function that removes the rule
   */
  fail(rule: FaultRule): () => void
  /** Signs with a new key from now on; without `overlap` the old ones are withdrawn at once. */
  rotateKeys(options?: { readonly overlap?: boolean }): Promise<void>
  /** Moves the emulator's clock; negative numbers move it back. */
  advance(seconds: number): void
  /** Stops listening and drops every connection. */
  close(): Promise<void>
}

/**
 * Starts an emulator of Scalekit on the loopback interface: on 127.0.0.1 and, where there is one,
 * on ::1, so that `localhost` reaches it whoever resolves the name.
 *
 * @throws in a process whose `NODE_ENV` is `production`, where anybody could sign in as anybody
 * @example
 * const emulator = await startEmulator({ redirectUris: ['http://localhost:3000/callback'] })
 * const auth = scalekitAuth({ ...emulator.options, baseUrl: 'http://localhost:3000' })
 */
export async function startEmulator(seed: EmulatorSeed = {}): Promise<Emulator> {
  if (process.env.NODE_ENV === 'production') {
    throw new Error(
      'The emulator lets anybody sign in as anybody, so it does not start while NODE_ENV is production. Unset NODE_ENV, or use a Scalekit environment.',
    )
  }
  const settings = settingsFrom(seed)
  const keys = await createKeyRing()
  const server = await listenOnLoopback(seed.port ?? 0)
  const baseClock = seed.clock ?? Date.now
  let advancedMs = 0
  return emulatorOf(server, {
    issuer: `http://localhost:${server.port}`,
    settings,
    keys,
    clock: () => baseClock() + advancedMs,
    advance: (seconds) => {
      advancedMs += seconds * 1000
    },
  })
}

type Parts = Pick<State, 'issuer' | 'settings' | 'keys' | 'clock'> & Pick<Emulator, 'advance'>

function emulatorOf(server: LoopbackServer, { advance, ...parts }: Parts): Emulator {
  const { issuer, settings, keys } = parts
  const faults = createFaults()
  const state: State = {
    ...parts,
    faults,
    pending: new Map(),
    codes: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    sessions: new Map(),
  }
  const requests: ReceivedRequest[] = []
  server.handle(serve(state, requests))
  return {
    url: issuer,
    options: {
      environmentUrl: issuer,
      clientId: settings.clientId,
      clientSecret: settings.clientSecret,
    },
    organizations: settings.organizations,
    requests,
    fail: faults.add,
    rotateKeys: keys.rotate,
    advance,
    close: server.close,
  }
}
