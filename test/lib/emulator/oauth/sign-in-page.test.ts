import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../../../src/testing.ts'
import { answerWith, signInAt } from '../../../support/sign-in-page.ts'
import { authorizeUrl, type Changes, idOf, redirectUri } from '../application.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
})
afterAll(() => emulator.close())

describe("the identity provider's page", () => {
  it('names organization, provider and everybody who can sign in', async () => {
    const page = await pageFor({})
    const acme = emulator.organizations[0]!
    for (const text of ['Acme', 'Okta', ...acme.people.map(({ email }) => email)]) {
      expect(page).toContain(text)
    }
    expect(page).not.toContain('globex.example')
  })

  it('puts the person of the login_hint first', async () => {
    const page = await pageFor({ login_hint: 'ALAN@acme.example' })
    expect(page.indexOf('Alan Turing')).toBeLessThan(page.indexOf('Ada Lovelace'))
    expect(page).toMatch(/data-email="alan@acme.example" autofocus/)
  })

  it('lists people of the social provider that was asked for', async () => {
    const page = await pageFor({ organization_id: undefined, provider: 'linkedin' })
    expect(page).toContain('Sign in with LinkedIn')
    expect(page).toContain('sam@mail.example')
  })

  it('shows names as they are written', async () => {
    const hostile = await startEmulator({
      organizations: [
        {
          externalId: 'acme',
          displayName: '<script>alert(1)</script>',
          people: [{ email: '"><b>@acme.example', name: "O'Neil & <i>Sons</i>" }],
        },
      ],
    })
    const page = await (await fetch(authorizeUrl(hostile))).text()
    expect(page).not.toMatch(/<script|<b>|<i>/)
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    await hostile.close()
  })

  it('runs no script, loads nothing, is in no frame and in no cache', async () => {
    const { headers } = await fetch(authorizeUrl(emulator))
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; base-uri 'none'; frame-ancestors 'none'$/,
    )
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('same-origin')
  })

  it('can be used once', async () => {
    const page = await pageFor({})
    expect((await choose(page, 'ada@acme.example')).status).toBe(302)
    const again = await choose(page, 'alan@acme.example')
    expect(again.status).toBe(400)
    expect(await again.text()).toContain('This page was already used')
  })

  it('knows no page that was never shown', async () => {
    const body = new URLSearchParams({ request: 'guessed', person: 'usr_1' })
    const answer = await fetch(`${emulator.url}/emulator/sign-in`, { method: 'POST', body })
    expect(answer.status).toBe(400)
  })

  it('does not let in a person of another organization', async () => {
    const page = await pageFor({})
    const katherine = emulator.organizations[1]!.people[0]!
    const answer = await submit({ request: requestIn(page), person: katherine.id })
    expect(new URL(answer.headers.get('location')!).searchParams.has('code')).toBe(false)
  })
})

describe('a sign-in that fails', () => {
  it.each([
    ['charles@acme.example', 'access_denied'],
    ['hedy@acme.example', 'user_not_active'],
  ])('sends %s back with %s', async (who, error) => {
    expectFailure(await signInAt(authorizeUrl(emulator), who), error)
  })

  it('goes back with access_denied when it is cancelled', async () => {
    expectFailure(await answerWith(authorizeUrl(emulator), 'denied'), 'access_denied')
  })

  it.each([
    ['SAML', 'acme', 'invalid_saml_response'],
    ['OIDC', 'globex', 'failed_to_exchange_token'],
  ])(
    'goes back with what %s calls an error of the provider',
    async (_type, organization, error) => {
      const url = authorizeUrl(emulator, { organization_id: idOf(emulator, organization) })
      expectFailure(await answerWith(url, 'error'), error)
    },
  )
})

describe('the hosted page', () => {
  const noSelector = { organization_id: undefined }

  it('leads to the organization of the email address', async () => {
    const location = await signInAt(authorizeUrl(emulator, noSelector), 'edsger@globex.example')
    expect(new URL(location).searchParams.get('code')).toBeTruthy()
  })

  it.each(['somebody@nowhere.example', 'ada@mail.acme.example', 'ada', ''])(
    'says so in sso mode when no organization has the domain of "%s"',
    async (email) => {
      const modular = await startEmulator({ product: 'sso', hostedLogin: true })
      const request = requestIn(await (await fetch(authorizeUrl(modular, noSelector))).text())
      const body = new URLSearchParams({ request, email })
      const answer = await fetch(`${modular.url}/emulator/sign-in`, { method: 'POST', body })
      expect(answer.status).toBe(200)
      const page = await answer.text()
      expect(page).toContain('No organization here has this domain.')
      expect(page).toContain(`value="${email}"`)
      expect(page).not.toContain('Create an account')
      await modular.close()
    },
  )

  it('can be corrected after a mistake', async () => {
    const request = requestIn(await pageFor(noSelector))
    await submit({ request, email: 'ada@nowhere.example' })
    const page = await (await submit({ request, email: 'ada@acme.example' })).text()
    expect((await choose(page, 'ada@acme.example')).status).toBe(302)
  })

  it('says so when the organization cannot sign in', async () => {
    const closed = await startEmulator({
      organizations: [
        { displayName: 'Acme', domains: ['acme.example'], connection: { enabled: false } },
      ],
    })
    const request = requestIn(await (await fetch(authorizeUrl(closed, noSelector))).text())
    const body = new URLSearchParams({ request, email: 'ada@acme.example' })
    const answer = await fetch(`${closed.url}/emulator/sign-in`, { method: 'POST', body })
    expect(await answer.text()).toContain('Acme has no active connection.')
    await closed.close()
  })

  it('has the login_hint filled in', async () => {
    const page = await pageFor({ ...noSelector, login_hint: 'x@nowhere.example' })
    expect(page).toContain('value="x@nowhere.example"')
  })
})

async function pageFor(changes: Changes): Promise<string> {
  return (await fetch(authorizeUrl(emulator, changes))).text()
}

function requestIn(page: string): string {
  return /name="request" value="([^"]+)"/.exec(page)![1]!
}

function choose(page: string, email: string): Promise<Response> {
  const everybody = emulator.organizations.flatMap(({ people }) => people)
  const { id } = everybody.find((person) => person.email === email)!
  return submit({ request: requestIn(page), person: id })
}

function submit(fields: Readonly<Record<string, string>>): Promise<Response> {
  const body = new URLSearchParams(fields)
  return fetch(`${emulator.url}/emulator/sign-in`, { method: 'POST', body, redirect: 'manual' })
}

function expectFailure(location: string, error: string): void {
  const { origin, pathname, searchParams } = new URL(location)
  expect(origin + pathname).toBe(redirectUri)
  expect(Object.fromEntries(searchParams)).toEqual({
    error,
    error_description: expect.any(String),
    state: 'the-state',
  })
}
