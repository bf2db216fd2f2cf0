import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp } from '../../../examples/quick-start/app.ts'
import { sampleOrganizations } from '../../../src/lib/emulator/world/samples.ts'
import { type Emulator, type EmulatorSeed, startEmulator } from '../../../src/testing.ts'
import { recordingLogger } from '../recording-logger.ts'
import { arabicOrganization, longOrganization, newOrganization } from './long-names.ts'

/** The demo and its emulator, with customers whose names are as long as names can be. */
export interface Scene {
  readonly emulator: Emulator
  /** Of the demo. */
  readonly url: string
  close(): Promise<void>
}

export async function openScene(seed: EmulatorSeed = {}): Promise<Scene> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  const emulator = await startEmulator({
    redirectUris: [`${url}/callback`],
    postLogoutRedirectUris: [`${url}/logout`],
    webhooks: [{ url: `${url}/webhooks` }],
    organizations: [...sampleOrganizations, longOrganization, arabicOrganization, newOrganization],
    ...seed,
  })
  const { logger } = recordingLogger()
  const webhooks = { secret: emulator.webhookSecret }
  const options = { ...emulator.options, baseUrl: url, logger, webhooks }
  server.on('request', createApp(emulator.organizations, options))
  return {
    emulator,
    url,
    async close() {
      await emulator.close()
      server.closeAllConnections()
      server.close()
    },
  }
}
