import { describe, expect, it } from 'vitest'
import type { ScalekitAuthOptions } from '../../../../src/index.ts'
import { hiddenFields, submitted } from '../../../support/email-page.ts'
import { start } from '../../../support/start.ts'

const ada = 'ada@acme.example'
const onAnotherSite = { 'Sec-Fetch-Site': 'cross-site' }
// Scalekit does not document the names, so these are made up.
const invitation = 'made_up_invitation=inv%2F1&made_up_kind=member'
const sent = { made_up_invitation: 'inv/1', made_up_kind: 'member' }

async function begin(query: string, login: NonNullable<ScalekitAuthOptions['login']>) {
  const { visitor } = await start({ options: { login } })
  const { searchParams } = await visitor().begin(`/login?${query}`)
  return Object.fromEntries(searchParams)
}

describe('login.forward', () => {
  it.each<[string, NonNullable<ScalekitAuthOptions['login']>]>([
    ['names', { forward: ['made_up_invitation', 'made_up_kind'] }],
    ['true', { forward: true }],
    ['true, beside the hosted page', { forward: true, fallback: 'hosted' }],
  ])('of %s goes to Scalekit’s page at once', async (_case, login) => {
    expect(await begin(invitation, login)).toMatchObject(sent)
  })

  it('sends nothing on without it, and the email page asks as ever', async () => {
    const { visitor } = await start()
    const { status, text } = await visitor().open(`/login?${invitation}`)
    expect([status, text.includes('name="login_hint"')]).toEqual([200, true])
    expect(text).not.toContain('made_up')
  })

  it('sends on only what it names', async () => {
    const params = await begin(invitation, { forward: ['made_up_kind'] })
    expect(params).toMatchObject({ made_up_kind: 'member' })
    expect(params).not.toHaveProperty('made_up_invitation')
  })

  it('asks neither login.resolve nor for the domain of an address', async () => {
    const resolve = () => {
      throw new Error('asked')
    }
    const { emulator, visitor } = await start({ options: { login: { forward: true, resolve } } })
    const { searchParams } = await visitor().begin(`/login?${invitation}&login_hint=${ada}`)
    expect(Object.fromEntries(searchParams)).toMatchObject({ ...sent, login_hint: ada })
    expect(searchParams.has('connection_id')).toBe(false)
    expect(emulator.requests.filter(({ path }) => path.startsWith('/api/'))).toEqual([])
  })

  it('keeps to the organization that the link names, by your own id as well', async () => {
    const params = await begin(`${invitation}&organization_id=acme`, { forward: true })
    expect(params).toMatchObject({ ...sent, organization_id: 'org_69615647365005430' })
  })

  it.each([
    'client_id',
    'redirect_uri',
    'response_type',
    'response_mode',
    'scope',
    'state',
    'nonce',
    'code_challenge',
    'code_challenge_method',
    'max_age',
    'request',
    'request_uri',
    'id_token_hint',
    'claims',
    'audience',
    'resource',
    'domain_hint',
    'code',
    'constructor.prototype[x]',
    '__proto__',
  ])('never sends a link’s %s on', async (name) => {
    const link = `${invitation}&${new URLSearchParams({ [name]: 'planted' })}`
    const params = await begin(link, { forward: true })
    expect(params).toMatchObject(sent)
    expect(JSON.stringify(params)).not.toContain('planted')
  })

  it.each([
    ['twice', 'made_up=a&made_up=b'],
    ['with a line break', 'made_up=a%0D%0AX:%20y'],
    ['of three thousand characters', `made_up=${'x'.repeat(3000)}`],
    ['of twenty-one names', Array.from({ length: 21 }, (_, at) => `made_up${at}=1`).join('&')],
  ])('refuses a parameter %s', async (_case, query) => {
    const { visitor } = await start({ options: { login: { forward: true } } })
    const { status, text } = await visitor().open(`/login?${query}`)
    expect([status, text.includes('parameter_invalid')]).toEqual([400, true])
  })

  it('does not count an empty parameter', async () => {
    const { visitor } = await start({ options: { login: { forward: true } } })
    await visitor().open('/login?made_up=').expect(200)
  })

  it('asks a user who is signed in before a link on another site replaces their session', async () => {
    const { visitor } = await start({ options: { login: { forward: true } } })
    const browser = visitor()
    await browser.signIn('/login?organization_id=acme', ada)
    const { text } = await browser.open(`/login?${invitation}`, onAnotherSite).expect(200)
    expect(text).toContain('Switch accounts?')
    const agreed = `/login?${new URLSearchParams(hiddenFields(text))}`
    const { searchParams } = await browser.begin(agreed)
    expect(Object.fromEntries(searchParams)).toMatchObject(sent)
    // What was agreed to is this invitation alone.
    const other = agreed.replace('inv%2F1', 'inv%2F2')
    expect((await browser.open(other, onAnotherSite).expect(200)).text).toContain('Switch')
  })

  it('ends in a session like any other sign-in', async () => {
    const { visitor } = await start({
      options: { login: { forward: true } },
      seed: { product: 'full-stack' },
    })
    const browser = visitor()
    await browser.signIn(`/login?${invitation}&organization_id=acme`, ada)
    await browser.call('/app').expect(200)
  })
})

describe('the parameters of auth.login', () => {
  const parameters = { claims_locales: 'de', made_up: 'a&b=c' }

  function mounted(request: object) {
    return start({
      mount(app, auth) {
        app.use(auth)
        app.use('/enter', (req, res, next) => void auth.login(req, res, request).catch(next))
      },
    })
  }

  it('are sent to Scalekit', async () => {
    const { visitor } = await mounted({ organizationId: 'acme', parameters })
    const { searchParams } = await visitor().begin('/enter')
    expect(Object.fromEntries(searchParams)).toMatchObject(parameters)
  })

  it.each([
    ['the email page', {}],
    ['the host that baseUrl names', { Host: 'other.example' }],
  ])('come with the browser by %s, sealed', async (_way, headers) => {
    const { visitor } = await mounted({ parameters })
    const browser = visitor()
    const first = await browser.open('/enter', headers)
    const page = first.status === 302 ? await browser.open(first.headers.location!) : first
    expect(`${page.text}${first.headers.location}`).not.toContain('claims_locales')
    const { searchParams } = await browser.begin(submitted(page.text, ada))
    expect(Object.fromEntries(searchParams)).toMatchObject({ ...parameters, login_hint: ada })
  })

  it('cannot be made up by a link', async () => {
    const { visitor } = await start({ options: { login: { forward: true } } })
    const made = ['parameters=made-up', `parameters=${encodeURIComponent('{"claims":"x"}')}`]
    for (const query of made) {
      const { status, text } = await visitor().open(`/login?organization_id=acme&${query}`)
      expect([status, text.includes('parameter_invalid')]).toEqual([400, true])
    }
  })

  it.each<[string, unknown]>([
    ['a parameter of the kit', { redirect_uri: 'https://evil.example' }],
    ['its state', { state: 'mine' }],
    ['its selector', { organization_id: 'org_1' }],
    ['a name in brackets', { 'a[b]': '1' }],
    ['a number', { made_up: 1 }],
    ['nothing', { made_up: '' }],
    ['a line break', { made_up: 'a\nb' }],
    ['a list', ['made_up']],
    ['a string', 'made_up=1'],
  ])('are refused with %s', async (_case, given) => {
    const { visitor } = await mounted({ organizationId: 'acme', parameters: given })
    const answer = await visitor().open('/enter')
    expect([answer.status, answer.body.code]).toEqual([400, 'parameter_invalid'])
  })
})
