import { describe, expect, it } from 'vitest'
import { endSessionUrl } from '../../../src/lib/oidc/end-session.ts'
import { discovered, discoveryDocument } from './providers.ts'
import { clientId, issuer } from './tokens.ts'

const request = {
  clientId,
  idTokenHint: 'id.token.hint',
  postLogoutRedirectUri: 'https://app.example/logout',
  state: 'sealed&state',
}

describe('endSessionUrl', () => {
  it('says whose session ends and where the browser goes then', async () => {
    const url = endSessionUrl(await discovered(), request)
    expect(url!.origin + url!.pathname).toBe(`${issuer}/oidc/logout`)
    expect(Object.fromEntries(url!.searchParams)).toEqual({
      id_token_hint: 'id.token.hint',
      client_id: clientId,
      post_logout_redirect_uri: 'https://app.example/logout',
      state: 'sealed&state',
    })
  })

  it('goes without a hint where there is none', async () => {
    const url = endSessionUrl(await discovered(), { ...request, idTokenHint: undefined })
    expect(url!.searchParams.has('id_token_hint')).toBe(false)
  })

  it.each([
    ['goes with', 2048, true],
    ['goes without', 2049, false],
  ])('%s a hint of %i characters, which has to pass proxies', async (_how, length, isThere) => {
    const idTokenHint = 'x'.repeat(length)
    const { searchParams } = endSessionUrl(await discovered(), { ...request, idTokenHint })!
    expect(searchParams.has('id_token_hint')).toBe(isThere)
    expect(searchParams.get('client_id')).toBe(clientId)
  })

  it('leaves the provider as it was', async () => {
    const provider = await discovered()
    endSessionUrl(provider, request)
    expect(provider.endSessionUrl!.search).toBe('')
  })

  it('is nowhere where the provider has no such place', async () => {
    const document = discoveryDocument({ end_session_endpoint: undefined })
    expect(endSessionUrl(await discovered(undefined, document), request)).toBeUndefined()
  })
})
