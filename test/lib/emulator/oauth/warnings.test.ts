import { describe, expect, it } from 'vitest'
import type { EmulatorWarning } from '../../../../src/testing.ts'
import { authorizeUrl, codeFor, redirectOf } from '../application.ts'
import { emulate } from '../emulate.ts'

const withoutPkce = { code_challenge: undefined, code_challenge_method: undefined }

describe('a warning', () => {
  it('names the switch that would refuse what was let through, once for each client', async () => {
    const told: EmulatorWarning[] = []
    const emulator = await emulate({ clock: () => 5, onWarning: (warning) => told.push(warning) })
    await codeFor(emulator, withoutPkce)
    await codeFor(emulator, withoutPkce)
    expect(told).toEqual([
      {
        code: 'pkce_missing',
        clientId: emulator.options.clientId,
        at: 5,
        message:
          'An authorization request without PKCE (code_challenge) was accepted. To refuse it, as Scalekit does with "Enforce PKCE", use --enforce-pkce or startEmulator({ enforcePkce: true }).',
      },
    ])
    expect(emulator.warnings).toEqual(told)
  })

  it('names the switch that was stricter than Scalekit', async () => {
    const emulator = await emulate({ enforcePkce: true })
    await redirectOf(authorizeUrl(emulator, withoutPkce))
    expect(emulator.warnings).toMatchObject([
      {
        code: 'pkce_enforced',
        message: expect.stringContaining('without --enforce-pkce'),
      },
    ])
  })

  it('is not there for a request as a strict client sends it', async () => {
    const emulator = await emulate()
    await codeFor(emulator)
    expect(emulator.warnings).toEqual([])
  })
})
