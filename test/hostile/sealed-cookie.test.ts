import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealer } from '../../src/lib/ground/seal.ts'
import { Secret } from '../../src/lib/ground/secret.ts'
import type { Identity } from '../../src/lib/ground/types.ts'
import { type Application, startApplication } from '../support/application.ts'
import { isExpressSession } from '../support/session-cookie.ts'
import { start } from '../support/start.ts'
import { whoIsIt } from '../support/stranger.ts'

const ada = 'ada@acme.example'
const grace = 'grace@acme.example'
const current = 'the secret that seals in these tests: 1'
const older = 'the secret that only opens in these tests: 2'
const removed = 'the secret that was taken out in these tests: 3'
const name = 'scalekit-session'

/** A session in its two cookies. */
interface Wide {
  readonly first: string
  readonly second: string
}

/** What a forger who knows a secret of ours puts together otherwise than we do. */
interface Forgery {
  readonly secret?: string
  readonly purpose?: string
  readonly label?: string
  readonly changes?: object
  /** Stands in for the whole text. */
  readonly text?: string
}

let application: Application
let narrow: Readonly<Record<'ada' | 'grace', string>>
let wide: Readonly<Record<'ada' | 'grace', Wide>>
let identity: Identity

describe.skipIf(isExpressSession)('a sealed cookie', () => {
  beforeAll(async () => {
    application = await startApplication({
      options: { secret: [current, older], session: { claims: ['groups'] } },
    })
    narrow = { ada: await narrowSession(ada), grace: await narrowSession(grace) }
    wide = { ada: await wideSession(ada), grace: await wideSession(grace) }
    const opened = sealer([new Secret(current)], purposeOf()).open(narrow.ada, name)
    identity = JSON.parse(opened!)
  })
  afterAll(() => application.close())

  describe('that arrives twice, because somebody planted one', () => {
    it.each<[string, (mine: string, theirs: string) => readonly string[]]>([
      ['theirs first', (mine, theirs) => [`${theirs}; ${mine}`]],
      ['theirs last', (mine, theirs) => [`${mine}; ${theirs}`]],
      ['theirs in a line before', (mine, theirs) => [theirs, mine]],
      ['theirs in a line behind', (mine, theirs) => [mine, theirs]],
      ['theirs on both sides', (mine, theirs) => [`${theirs}; ${mine}; ${theirs}`]],
      ['both the same', (mine) => [`${mine}; ${mine}`]],
      ['without spaces between', (mine, theirs) => [`${theirs};${mine}`]],
      ['with tabs between', (mine, theirs) => [`${theirs};\t${mine}`]],
      ['an empty one first', (mine) => [`${name}=; ${mine}`]],
      ['an empty one last', (mine) => [`${mine}; ${name}=`]],
      ['a broken one first', (mine) => [`${name}=%; ${mine}`]],
    ])('%s, is nobody', async (_what, cookies) => {
      const [mine, theirs] = [`${name}=${narrow.ada}`, `${name}=${narrow.grace}`]
      expect(await whoIsIt(application, cookies(mine, theirs))).toBeUndefined()
    })
  })

  describe('in two parts', () => {
    it('is its owner and nobody else', async () => {
      expect(await whoIsIt(application, [both(wide.ada)])).toBe(ada)
      expect(await whoIsIt(application, [both(wide.grace)])).toBe(grace)
    })

    it.each<[string, () => string]>([
      ['without the second', () => `${name}=${wide.ada.first}`],
      ['without the first', () => `${name}.1=${wide.ada.second}`],
      ['with the second alone, as the first', () => `${name}=${wide.ada.second}`],
      ['the wrong way round', () => both({ first: wide.ada.second, second: wide.ada.first })],
      ['with a second of somebody else', () => both({ ...wide.ada, second: wide.grace.second })],
      ['with a first of somebody else', () => both({ ...wide.ada, first: wide.grace.first })],
      ['with a whole session for its second', () => both({ ...wide.ada, second: narrow.ada })],
      ['with its first twice', () => both({ ...wide.ada, second: wide.ada.first })],
      ['with its second planted, too', () => `${both(wide.ada)}; ${name}.1=${wide.grace.second}`],
      ['with its second sent twice', () => `${both(wide.ada)}; ${name}.1=${wide.ada.second}`],
      ['with an empty second', () => both({ ...wide.ada, second: '' })],
      ['with a cut second', () => both({ ...wide.ada, second: wide.ada.second.slice(0, -1) })],
      ['with a longer second', () => both({ ...wide.ada, second: `${wide.ada.second}A` })],
      ['with a second of ten thousand', () => both({ ...wide.ada, second: 'A'.repeat(10_000) })],
      ['with a first that is shorter', () => both({ ...wide.ada, first: wide.ada.first.slice(1) })],
      ['with a first that is longer', () => both({ ...wide.ada, first: `${wide.ada.first}A` })],
      ['numbered from 2', () => `${name}=${wide.ada.first}; ${name}.2=${wide.ada.second}`],
      ['numbered from 01', () => `${name}=${wide.ada.first}; ${name}.01=${wide.ada.second}`],
      ['of a whole one that was filled up', () => both({ ...wide.ada, first: filledUp() })],
    ])('%s is nobody', async (_what, cookies) => {
      expect(await whoIsIt(application, [cookies()])).toBeUndefined()
    })

    it.each<[string, () => string]>([
      ['in the other order', () => `${name}.1=${wide.ada.second}; ${name}=${wide.ada.first}`],
      ['with a third', () => `${both(wide.ada)}; ${name}.2=${wide.grace.second}`],
      ['all in one', () => `${name}=${wide.ada.first}${wide.ada.second}`],
      ['of which it needs one', () => both({ first: narrow.ada, second: wide.grace.second })],
    ])('%s is its owner still', async (_what, cookies) => {
      expect(await whoIsIt(application, [cookies()])).toBe(ada)
    })
  })

  describe('made by somebody who knows a secret', () => {
    it.each<[string, Forgery]>([
      ['everything right', {}],
      ['a secret that only opens', { secret: older }],
    ])('with %s is believed, so these forgeries are good ones', async (_what, forgery) => {
      expect(await whoIsIt(application, [`${name}=${forged(forgery)}`])).toBe(ada)
    })

    it.each<[string, () => Forgery]>([
      ['a secret that was taken out', () => ({ secret: removed })],
      ['another secret', () => ({ secret: 'x'.repeat(40) })],
      ['the client secret', () => ({ secret: application.emulator.options.clientSecret })],
      ['the secret of no secret', () => ({ secret: `cookies: ${clientSecretOf()}` })],
      ['the name of another instance', () => ({ purpose: purposeOf({ instance: 'other' }) })],
      [
        'the issuer of another environment',
        () => ({ purpose: purposeOf({ issuer: 'https://b' }) }),
      ],
      ['the id of another client', () => ({ purpose: purposeOf({ clientId: 'skc_2' }) })],
      ['the purpose of a sign-in', () => ({ purpose: purposeOf({ what: 'transaction' }) })],
      ['the purpose of a sign-out', () => ({ purpose: purposeOf({ what: 'logout' }) })],
      ['no purpose', () => ({ purpose: '' })],
      ['the name it has over https', () => ({ label: `__Host-${name}` })],
      ['the name of its second part', () => ({ label: `${name}.1` })],
      ['the name of a sign-in', () => ({ label: 'scalekit-tx-000000001-abc' })],
      ['no name', () => ({ label: '' })],
      ['a later version', () => ({ changes: { v: 2 } })],
      ['a version that is a text', () => ({ changes: { v: '1' } })],
      ['no version', () => ({ changes: { v: undefined } })],
      ['an idle end in the past', () => ({ changes: { idleExpiresAt: Date.now() - 1 } })],
      ['an absolute end in the past', () => ({ changes: { absoluteExpiresAt: Date.now() - 1 } })],
      ['no idle end', () => ({ changes: { idleExpiresAt: undefined } })],
      ['no absolute end', () => ({ changes: { absoluteExpiresAt: undefined } })],
      ['an end that is no number', () => ({ changes: { absoluteExpiresAt: 'never' } })],
      ['null for everything', () => ({ text: 'null' })],
      ['a list for everything', () => ({ text: '[]' })],
      ['a number for everything', () => ({ text: '1' })],
    ])('with %s is nobody', async (_what, forgery) => {
      expect(await whoIsIt(application, [`${name}=${forged(forgery())}`])).toBeUndefined()
    })

    it('with a prototype for its members gives nobody more than they have', async () => {
      const text = JSON.stringify(identity).replace('{', '{"__proto__":{"isAdmin":true},')
      expect(await whoIsIt(application, [`${name}=${forged({ text })}`])).toBe(ada)
      expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
    })
  })

  it('is nobody once its secret was taken out', async () => {
    const { emulator, url } = application
    const rotated = await start({ emulator, options: { secret: [older], baseUrl: url } })
    expect(await whoIsIt(rotated, [`${name}=${narrow.ada}`])).toBeUndefined()
    expect(await whoIsIt(rotated, [`${name}=${forged({ secret: older })}`])).toBe(ada)
  })

  it('over https has the __Host- name, and no other is looked at', async () => {
    const { emulator } = application
    const baseUrl = 'https://app.example'
    const secure = await start({ emulator, options: { secret: current, baseUrl } })
    const hostName = `__Host-${name}`
    const byName = { plain: forged({}), host: forged({ label: hostName }) }
    const arrive = (cookie: string) => whoIsIt(secure, [cookie], ['Host: app.example'])
    expect(await arrive(`${hostName}=${byName.host}`)).toBe(ada)
    expect(await arrive(`${hostName}=${byName.plain}`)).toBeUndefined()
    expect(await arrive(`${name}=${byName.plain}`)).toBeUndefined()
    expect(await arrive(`${name}=${byName.host}`)).toBeUndefined()
    expect(await arrive(`${name}=${byName.host}; ${hostName}=${byName.host}`)).toBe(ada)
  })
})

async function narrowSession(who: string): Promise<string> {
  const browser = application.visitor()
  await browser.signIn('/login?domain=acme.example', who)
  return browser.cookie(name)!
}

async function wideSession(who: string): Promise<Wide> {
  const browser = application.visitor()
  application.emulator.fail({ idToken: { groups: Array(300).fill('Group 1') } })
  await browser.signIn('/login?domain=acme.example', who)
  return { first: browser.cookie(name)!, second: browser.cookie(`${name}.1`)! }
}

function both({ first, second }: Wide): string {
  return `${name}=${first}; ${name}.1=${second}`
}

/** Ada's short session, made as long as a first part has to be. */
function filledUp(): string {
  return narrow.ada.padEnd(wide.ada.first.length, 'A')
}

function clientSecretOf(): string {
  return application.emulator.options.clientSecret
}

/** How {@link Forgery.purpose} is put together here. */
function purposeOf(
  parts: Partial<Record<'what' | 'instance' | 'issuer' | 'clientId', string>> = {},
) {
  const { url, options } = application.emulator
  const { what = 'session', instance = 'scalekit', issuer = url } = parts
  return `${what} ${instance} ${issuer} ${parts.clientId ?? options.clientId}`
}

function forged({ secret = current, purpose = purposeOf(), label = name, ...rest }: Forgery) {
  const text = rest.text ?? JSON.stringify({ ...identity, ...rest.changes })
  return sealer([new Secret(secret)], purpose).seal(text, label)
}
