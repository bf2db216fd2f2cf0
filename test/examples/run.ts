import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { ScalekitAuthOptions } from '../../src/index.ts'
import { type Emulator, type EmulatorSeed, startEmulator } from '../../src/testing.ts'
import { recordingLogger } from '../support/recording-logger.ts'
import { type Visitor, visitorOf } from '../support/visitor.ts'

/** An example at work, until the test has ended. */
export interface RunningExample {
  readonly url: string
  readonly emulator: Emulator
  visitor(): Visitor
}

/**
 * Starts an example with an emulator that sends it events.
 *
 * @param seed What the emulator starts with, beside where the example is.
 */
export async function runExample(
  createApp: (
    options: ScalekitAuthOptions & { readonly baseUrl: string },
    emulator: Emulator,
  ) => RequestListener,
  seed: (url: string) => EmulatorSeed = () => ({}),
): Promise<RunningExample> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const emulator = await startEmulator({
    redirectUris: [`${url}/callback`],
    webhooks: [{ url: `${url}/webhooks` }],
    ...seed(url),
  })
  const { logger } = recordingLogger()
  server.on('request', createApp({ ...emulator.options, baseUrl: url, logger }, emulator))
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await emulator.close()
  })
  return { url, emulator, visitor: () => visitorOf(url) }
}
