import { describe, expect, it } from 'vitest'
import type { ScalekitAuthOptions } from '../../../src/index.ts'
import type { Application, ApplicationParts } from '../../support/application.ts'
import { start } from '../../support/start.ts'
import { inVirtualTime } from '../../support/virtual-time.ts'
import { navigation } from '../../support/visitor.ts'

const [acme, globex] = ['org_69615647365005430', 'org_70087756662964366']
const grace = 'grace@acme.example'

async function signedIn(
  options: ScalekitAuthOptions = {},
  seed: NonNullable<ApplicationParts['seed']> = {},
) {
  const application = await start({ options, seed })
  const browser = application.visitor()
  await browser.signIn('/login?domain=acme.example', grace)
  return { ...application, browser }
}

function switchUrl(id: string) {
  return `/login?organization_id=${id}&prompt=select_account`
}

/** How often an organization was looked up at the emulator. */
function lookUps({ emulator }: Pick<Application, 'emulator'>): string[] {
  return emulator.requests
    .filter(({ path }) => path.startsWith('/api/v1/organizations/'))
    .map(({ path }) => path.slice('/api/v1/organizations/'.length))
}

describe('/organizations', () => {
  it('lists where the person is and was, by name, and how to switch', async () => {
    const { browser } = await signedIn()
    const first = await browser.call('/organizations').expect(200)
    const acmeNow = { id: acme, externalId: 'acme', displayName: 'Acme', isCurrent: true }
    expect(first.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(first.headers['cache-control']).toBe('no-store')
    expect(first.headers.vary).toMatch(/cookie/i)
    expect(first.body).toEqual({
      current: acme,
      organizations: [{ ...acmeNow, switchUrl: switchUrl(acme) }],
    })

    await browser.signIn(`/login?organization_id=${globex}`, grace)
    expect((await browser.call('/organizations').expect(200)).body).toEqual({
      current: globex,
      organizations: [
        { ...acmeNow, isCurrent: false, switchUrl: switchUrl(acme) },
        {
          id: globex,
          externalId: 'globex',
          displayName: 'Globex',
          isCurrent: true,
          switchUrl: switchUrl(globex),
        },
      ],
    })
  })

  it('gives URLs that switch', async () => {
    const { browser } = await signedIn()
    await browser.signIn(`/login?organization_id=${globex}`, grace)
    const { body } = await browser.call('/organizations')
    await browser.signIn(`${body.organizations[0].switchUrl}&return_to=/app`, grace)
    const after = await browser.call('/organizations')
    expect(after.body.current).toBe(acme)
    expect(after.body.organizations.map(({ id }: { id: string }) => id)).toEqual([globex, acme])
  })

  it('answers 401 to nobody, whether a script asks or a browser opens it', async () => {
    const { visitor } = await start()
    for (const answer of [
      await visitor().call('/organizations'),
      await visitor().open('/organizations', navigation),
    ]) {
      expect(answer.status).toBe(401)
      expect(answer.headers.location).toBeUndefined()
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
      expect(answer.headers['www-authenticate']).toBeUndefined()
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.body).toMatchObject({ code: 'not_signed_in', loginUrl: '/login' })
    }
  })

  it('is read only', async () => {
    const { browser } = await signedIn()
    const answer = await browser.post('/organizations').expect(405)
    expect(answer.headers.allow).toBe('GET, HEAD')
  })

  it('is not a place to come back to', async () => {
    const { visitor } = await start()
    const browser = visitor()
    const target = '/login?domain=acme.example&return_to=/organizations'
    expect((await browser.signIn(target, grace)).headers.location).toBe('/')
  })

  it('can be somewhere else, or mounted alone', async () => {
    const { browser } = await signedIn({ paths: { organizations: '/my/companies' } })
    await browser.call('/my/companies').expect(200)
    await browser.call('/organizations').expect(404)
  })
})

describe('the names of organizations', () => {
  it('are asked for once, however many pages there are', async () => {
    const application = await signedIn()
    const calls = Array.from({ length: 10 }, () => application.browser.call('/organizations'))
    for (const { body } of await Promise.all(calls)) {
      expect(body.organizations[0].displayName).toBe('Acme')
    }
    await application.browser.call('/organizations')
    expect(lookUps(application)).toEqual([acme])
  })

  it('are asked for again in five minutes', async () => {
    let time = Date.now()
    const application = await signedIn({ clock: () => time }, { clock: () => time })
    await application.browser.call('/organizations').expect(200)
    time += 5 * 60_000 - 1
    await application.browser.call('/organizations').expect(200)
    expect(lookUps(application)).toHaveLength(1)
    time += 1
    await application.browser.call('/organizations').expect(200)
    expect(lookUps(application)).toHaveLength(2)
  })

  it('are left out while the API fails, and it is not asked on every page', async () => {
    const application = await signedIn()
    const { browser, emulator, log } = application
    const mend = emulator.fail({ path: `/api/v1/organizations/${acme}`, status: 404 })
    for (let visit = 0; visit < 5; visit += 1) {
      const { body } = await browser.call('/organizations').expect(200)
      // Its own id of the organization came with the sign-in.
      expect(body.organizations).toEqual([
        { id: acme, externalId: 'acme', isCurrent: true, switchUrl: switchUrl(acme) },
      ])
    }
    mend()
    expect(lookUps(application)).toHaveLength(1)
    expect(log.join('\n')).toContain(`the name of "${acme}" could not be looked up`)
  })

  it('keep no page waiting for an API that hangs', async () => {
    const application = await signedIn()
    application.emulator.fail({ path: `/api/v1/organizations/${acme}`, hang: true })
    await inVirtualTime(async () => {
      const askedAt = performance.now()
      const { body } = await application.browser.call('/organizations').expect(200)
      expect(performance.now() - askedAt).toBeLessThan(3000)
      expect(body.organizations[0].displayName).toBeUndefined()
    })
  })

  it.each([undefined, null])(
    'are looked up where the application has %s for them',
    async (none) => {
      const row = { id: acme, displayName: none, externalId: none } as { id: string }
      const { browser } = await signedIn({ organizations: { of: () => [row] } })
      const { body } = await browser.call('/organizations').expect(200)
      expect(body.organizations).toEqual([
        {
          id: acme,
          externalId: 'acme',
          displayName: 'Acme',
          isCurrent: true,
          switchUrl: switchUrl(acme),
        },
      ])
    },
  )

  it('are not looked up where the application gives them', async () => {
    const application = await signedIn({
      organizations: { of: () => [{ id: acme, displayName: 'Acme, Inc.', externalId: 'a' }] },
    })
    const { body } = await application.browser.call('/organizations').expect(200)
    expect(body.organizations).toEqual([
      {
        id: acme,
        externalId: 'a',
        displayName: 'Acme, Inc.',
        isCurrent: true,
        switchUrl: switchUrl(acme),
      },
    ])
    expect(lookUps(application)).toEqual([])
  })
})

describe('organizations.of', () => {
  it('says which organizations a person may be offered, and gets who is asking', async () => {
    const { browser } = await signedIn({
      organizations: {
        async of({ user, organizationId }) {
          return user.email === grace && organizationId === acme ? [globex] : []
        },
      },
    })
    const { body } = await browser.call('/organizations').expect(200)
    expect(body).toEqual({
      current: acme,
      organizations: [
        {
          id: globex,
          externalId: 'globex',
          displayName: 'Globex',
          isCurrent: false,
          switchUrl: switchUrl(globex),
        },
      ],
    })
  })

  it('cannot make a switch URL lead anywhere but to the sign-in', async () => {
    const odd = 'org_1&return_to=//evil.example#'
    const { browser } = await signedIn({ organizations: { of: () => [odd] } })
    const { body } = await browser.call('/organizations').expect(200)
    const url = new URL(body.organizations[0].switchUrl, 'http://app.example')
    expect([url.pathname, url.hash]).toEqual(['/login', ''])
    expect(Object.fromEntries(url.searchParams)).toEqual({
      organization_id: odd,
      prompt: 'select_account',
    })
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('database down: secret-of-the-database')
      },
    ],
    ['rejects', () => Promise.reject(new Error('database down: secret-of-the-database'))],
    ['answers nothing', () => undefined],
    ['answers one id', () => acme],
    ['answers something else in the list', () => [acme, 5]],
    ['answers an object without an id', () => [{ displayName: 'Acme' }]],
    ['answers an empty id', () => [{ id: '' }]],
  ])('is answered 503 where it %s', async (_what, of) => {
    // As an application in JavaScript would give it.
    const { browser } = await signedIn({ organizations: { of: of as () => string[] } })
    const answer = await browser.call('/organizations').expect(503)
    expect(answer.body.code).toBe('organizations_failed')
    expect(answer.text).not.toContain('secret-of-the-database')
  })
})
