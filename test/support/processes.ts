import { MemoryStore } from 'express-session'
import { onTestFinished } from 'vitest'
import type { ScalekitAuthOptions, StateStore } from '../../src/index.ts'
import { type Emulator, type EmulatorSeed, startEmulator } from '../../src/testing.ts'
import { type ServedApplication, type ServedParts, serveApplication } from './application.ts'
import type { Visitor } from './visitor.ts'
import { webhookSecret } from './webhook.ts'

/** Instances of one application, as several processes would run it, behind one emulator. */
export interface Processes {
  readonly emulator: Emulator
  readonly all: readonly ServedApplication[]
}

/** A store as processes see it that share it: each has to ask what the others wrote, and is told when. */
export function remote({ revocations, ...others }: StateStore): StateStore {
  const { local: _, write, ...shared } = revocations
  const wakes = new Set<() => void>()
  return {
    ...others,
    revocations: {
      ...shared,
      async write(records) {
        await write(records)
        for (const wake of wakes) wake()
      },
      subscribe(wake) {
        wakes.add(wake)
        return () => void wakes.delete(wake)
      },
    },
  }
}

/** What a browser sends, to whichever process it comes. */
export function cookiesOf(browser: Visitor): { readonly Cookie: string } {
  const cookies = browser.cookieNames().map((name) => `${name}=${browser.cookie(name)}`)
  return { Cookie: cookies.join('; ') }
}

/**
 * Starts instances that share a secret, and a store as far as `storeOf` says so. Webhooks and logout
 * tokens come to the first of them.
 *
 * @param parts `backchannelLogout`: the path that the emulator sends logout tokens to. Default: none.
 */
export async function startProcesses(parts: {
  readonly count?: number
  storeOf(index: number): StateStore | undefined
  readonly seed?: EmulatorSeed
  readonly backchannelLogout?: string | undefined
  readonly options?: ScalekitAuthOptions | ((index: number) => ScalekitAuthOptions)
  readonly mount?: ServedParts['mount']
  readonly attach?: ServedParts['attach']
}): Promise<Processes> {
  const { count = 2, storeOf, seed, options = {}, mount, attach, backchannelLogout } = parts
  const urls: string[] = []
  const sessions = new MemoryStore()
  let resolveStarted = (_emulator: Emulator) => {}
  const started = new Promise<Emulator>((resolve) => {
    resolveStarted = resolve
  })

  async function startBehind(): Promise<void> {
    const emulator = await startEmulator({
      redirectUris: urls.map((url) => `${url}/callback`),
      postLogoutRedirectUris: urls.map((url) => `${url}/logout`),
      webhooks: [{ url: `${urls[0]}/webhooks`, secret: webhookSecret }],
      ...(backchannelLogout && { backChannelLogoutUri: urls[0] + backchannelLogout }),
      ...seed,
    })
    onTestFinished(() => emulator.close())
    resolveStarted(emulator)
  }

  async function serve(index: number): Promise<ServedApplication> {
    const served = await serveApplication(
      { store: sessions, ...(mount ? { mount } : {}), ...(attach ? { attach } : {}) },
      async (url) => {
        urls[index] = url
        if (Object.keys(urls).length === count) await startBehind()
        const emulator = await started
        const own = typeof options === 'function' ? options(index) : options
        const store = storeOf(index)
        return {
          ...emulator.options,
          secret: 'a secret that all processes share, for these tests alone',
          webhooks: { secret: webhookSecret },
          ...(store ? { store } : {}),
          ...own,
        }
      },
    )
    onTestFinished(() => served.close())
    return served
  }

  const all = await Promise.all(Array.from({ length: count }, (_, index) => serve(index)))
  return { emulator: await started, all }
}
