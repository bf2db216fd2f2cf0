import { expect, it } from 'vitest'
import { readEmulatorOptions } from '../../../src/lib/commands/emulator-options.ts'

it('each flag of the emulator is an option of its seed', async () => {
  const { seed } = await readEmulatorOptions([
    ...['--enforce-pkce', '--auth-time', '--refresh-grace', '0', '--backdate-iat', '5'],
    ...['--stale-claims', '3'],
    ...['--session-absolute', '90', '--session-idle', '60', '--product', 'sso'],
    ...['--back-channel-logout-uri', 'http://localhost:3000/backchannel-logout'],
    ...['--retry-schedule', '5,30', '--rate-limit', '60', '--host', 'Emulator'],
    ...['--state', 'state.json', '--dangerously-allow-emulator'],
  ])
  expect(seed).toEqual({
    port: 4400,
    redirectUris: ['http://localhost:3000/callback'],
    enforcePkce: true,
    sendAuthTime: true,
    refreshGraceSeconds: 0,
    backdateIatSeconds: 5,
    staleClaimsSeconds: 3,
    session: { absoluteSeconds: 90, idleSeconds: 60 },
    product: 'sso',
    backChannelLogoutUri: 'http://localhost:3000/backchannel-logout',
    retrySchedule: [5, 30],
    rateLimitPerMinute: 60,
    host: 'emulator',
    stateFile: 'state.json',
    dangerouslyAllowEmulator: true,
  })
})

it('flags that are not given leave every default', async () => {
  const { seed, ...rest } = await readEmulatorOptions([], '3105')
  expect(rest).toEqual({ https: false, open: false })
  expect(seed).toEqual({
    port: 4400,
    redirectUris: ['http://localhost:3105/callback'],
    session: {},
  })
})
