import { expect, it } from 'vitest'
import { signInSeed } from '../../../src/lib/commands/sign-in-flags.ts'

it('each flag of the emulator is an option of its seed', () => {
  const seed = signInSeed({
    'enforce-pkce': true,
    'auth-time': true,
    'refresh-grace': '0',
    'backdate-iat': '5',
    'session-absolute': '90',
    'session-idle': '60',
    'back-channel-logout-uri': 'http://localhost:3000/backchannel-logout',
  })
  expect(seed).toEqual({
    enforcePkce: true,
    sendAuthTime: true,
    refreshGraceSeconds: 0,
    backdateIatSeconds: 5,
    session: { absoluteSeconds: 90, idleSeconds: 60 },
    backChannelLogoutUri: 'http://localhost:3000/backchannel-logout',
  })
})

it('flags that are not given leave every default', () => {
  expect(signInSeed({})).toEqual({})
  expect(signInSeed({ 'session-idle': '60' })).toEqual({ session: { idleSeconds: 60 } })
})
