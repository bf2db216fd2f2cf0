import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../examples/webhooks/app.ts'
import { root } from '../package/manifest.ts'
import { runExample } from './run.ts'

interface Delivery {
  readonly type: string
  readonly state: string
  readonly attempts: readonly { readonly status: number }[]
}

describe('examples/emulator/control.sh', () => {
  it('seeds, signs in, injects a 503, deactivates and reads the deliveries, with curl alone', async () => {
    const { url, emulator } = await runExample((options, { webhookSecret: secret }) =>
      createApp({ ...options, webhooks: { secret } }),
    )
    emulator.addOrganization({ displayName: 'Gone after the reset' })
    const env = { ...process.env, SCALEKIT_ENVIRONMENT_URL: emulator.url, APP_BASE_URL: url }
    const { stdout } = await promisify(execFile)('sh', [root('examples/emulator/control.sh')], {
      env,
    })
    const printed = Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/: (.*)/s).slice(0, 2)),
    ) as Record<string, string>
    expect(JSON.parse(printed.seeded!)).toMatchObject([{ email: 'maya@umbrella.example' }])
    expect(printed['signed in']).toBe('302')
    expect(printed['while Scalekit fails']).toBe('502')
    expect(printed['once deactivated']).toBe('403')
    const deliveries = JSON.parse(printed.deliveries!) as Delivery[]
    expect(deliveries.map(({ type }) => type)).toEqual([
      'organization.created',
      'user.login',
      'user.login',
      'organization.directory.user_updated',
    ])
    for (const { state, attempts } of deliveries) {
      expect([state, attempts]).toMatchObject(['delivered', [{ status: 201 }]])
    }
    expect(emulator.organizations).toHaveLength(3)
  })
})
