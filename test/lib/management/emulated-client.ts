import { ScalekitClient, type ScalekitClientOptions } from '../../../src/client.ts'
import type { Emulator, EmulatorSeed } from '../../../src/testing.ts'
import { emulate } from '../emulator/emulate.ts'

export const acmeId = 'org_69615647365005430'
export const globexId = 'org_70087756662964366'

/** An emulator and a client for it. */
export async function emulateClient(
  seed?: EmulatorSeed,
  options?: ScalekitClientOptions,
): Promise<{ emulator: Emulator; client: ScalekitClient }> {
  const emulator = await emulate(seed)
  const { clientId, clientSecret } = emulator.options
  return { emulator, client: new ScalekitClient(emulator.url, clientId, clientSecret, options) }
}

/** The calls of the API that an emulator got, with their queries. */
export function callsTo({ requests }: Emulator): string[] {
  return requests
    .filter(({ path }) => path.startsWith('/api/v1/'))
    .map(({ method, path, query }) => {
      const text = String(query)
      return `${method} ${path.slice('/api/v1'.length)}${text === '' ? '' : `?${text}`}`
    })
}
