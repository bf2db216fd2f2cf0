import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type JWK } from 'oidc-provider'
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js'
import { configurationOf, credentials } from './configuration.ts'
import { organizationByExternalId } from './organizations.ts'
import { signInPage } from './sign-in-page.ts'

/** A provider that this project did not write, standing in for Scalekit. */
export interface SecondProvider {
  readonly url: string
  /** What `scalekitAuth` takes to use this provider. */
  readonly options: {
    readonly environmentUrl: string
    readonly clientId: string
    readonly clientSecret: string
  }
  /** Accepts the application at this address, and no other. */
  register(applicationUrl: string): void
  /** Signs with a new key from now on; the old one is not published any more. */
  rotateKeys(): void
  close(): Promise<void>
}

/** Making a key takes a fifth of a second of processor time, so tests share the first. */
let firstKey: JWK | undefined

/** Starts oidc-provider on a free port of the loopback interface. */
export async function startSecondProvider(): Promise<SecondProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // Outlives a change of the configuration.
  const memory = createMemoryAdapter()
  firstKey ??= createKey('snk_1')
  let [key, applicationUrl] = [firstKey, 'http://127.0.0.1']

  function configure(): void {
    const provider = new Provider(url, configurationOf(applicationUrl, key, memory))
    const serve = provider.callback()
    server.removeAllListeners('request').on('request', (req, res) => {
      if (req.url?.startsWith('/api/')) return organizationByExternalId(req, res)
      if (!req.url?.startsWith('/interaction/')) return serve(req, res)
      return signInPage(provider, req, res).catch((error) => res.destroy(error))
    })
  }

  configure()
  return {
    url,
    options: { environmentUrl: url, ...credentials },
    register(registered) {
      applicationUrl = registered
      configure()
    },
    rotateKeys() {
      key = createKey('snk_2')
      configure()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function createKey(kid: string): JWK {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } as JWK
}
