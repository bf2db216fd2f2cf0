// @module-tag slow

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Application, mountAtRoot } from '../support/application.ts'
import { start } from '../support/start.ts'
import { inVirtualTime } from '../support/virtual-time.ts'
import { type HookFault, hookFaults } from './support/hook-faults.ts'
import { type AnyHook, type Hook, sceneFor } from './support/hook-scene.ts'
import { handlerHooks, memberHooks, optionHooks } from './support/hooks.ts'

const hooks: readonly [string, Hook][] = Object.entries<Hook>({
  ...optionHooks,
  ...handlerHooks,
  ...memberHooks,
})

/** A proxy in front gives up after a minute. */
const longestMs = 60_000

/** What would have ended the process. */
const fatal: unknown[] = []
const isFatal = (error: unknown) => void fatal.push(error)

beforeAll(() => {
  process.on('unhandledRejection', isFatal)
  process.on('uncaughtException', isFatal)
})
afterAll(() => {
  process.off('unhandledRejection', isFatal)
  process.off('uncaughtException', isFatal)
})

const onConsole: string[] = []
beforeEach(() => {
  fatal.length = 0
  onConsole.length = 0
  vi.spyOn(console, 'error').mockImplementation((line) => void onConsole.push(String(line)))
})
afterEach(() => void vi.restoreAllMocks())

describe('a function of the application, whatever it does,', () => {
  it.each(hooks)(
    'hangs no request, lets nobody in and ends no process: %s',
    // Many applications, and half a minute of virtual time.
    { timeout: 120_000 },
    async (_name, hook) => {
      const { outcomes, tookMs } = await playAll(hook)
      // Rejections that nothing handles are told after the microtasks of a turn.
      for (let turns = 0; turns < 3; turns += 1) await new Promise(setImmediate)

      expect(outcomes).toEqual(
        Object.fromEntries(hookFaults.map((fault) => [fault.name, expected(hook, fault)])),
      )
      expect(fatal).toEqual([])
      expect(tookMs).toBeLessThan(longestMs)
      const told = hookFaults.filter((fault) => hook.isOnConsole?.(fault))
      expect(onConsole.filter((line) => line.includes('logger_failed'))).toHaveLength(told.length)
    },
  )
})

/** Time is virtual only where something is waited for: signing tokens takes its own. */
async function playAll(hook: Hook) {
  const scenes = await Promise.all(hookFaults.map((fault) => prepare(hook, fault)))
  const waits = hook.waits ?? (({ kind }: HookFault) => kind === 'hangs')
  const atOnce = scenes.filter(({ fault }) => !waits(fault)).map(({ play }) => play())
  const outcomes = await Promise.all(atOnce)
  const { later, tookMs } = await inVirtualTime(async () => {
    const begunAt = Date.now()
    const waiting = scenes.filter(({ fault }) => waits(fault)).map(({ play }) => play())
    return { later: await Promise.all(waiting), tookMs: Date.now() - begunAt }
  })
  return { outcomes: Object.fromEntries([...outcomes, ...later]), tookMs }
}

/** A slow machine must not make calls of the emulator fail. */
const http = { timeoutSeconds: 55 }

/** An application whose hook does what the fault says once it is played. */
async function prepare(hook: Hook, fault: HookFault) {
  let isHealthy = hook.healthy !== undefined
  const faulty: AnyHook = (...given) => (isHealthy ? hook.healthy?.(...given) : fault.play())
  const application = await start({
    options: { http, ...hook.options?.(faulty) },
    mount: (app, auth) => (hook.mount ?? mountAtRoot)(app, auth, faulty),
  })
  const scene = await sceneFor(application, hook)
  return {
    fault,
    async play() {
      isHealthy = false
      const outcome = await hook.drive(scene, faulty)
      return [fault.name, { outcome, log: logOf(application, hook.line?.(fault)) }] as const
    },
  }
}

/** The whole log where the line is missing, so that a failing test shows it. */
function logOf({ log }: Application, line: RegExp | undefined): unknown {
  return line === undefined || line.test(log.join('\n')) ? 'as expected' : log
}

function expected(hook: Hook, fault: HookFault) {
  return { outcome: hook.outcome(fault), log: 'as expected' }
}
