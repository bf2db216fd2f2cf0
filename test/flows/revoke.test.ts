import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConfigError, memoryStore, type RevokeTarget } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { start } from '../support/start.ts'
import type { Visitor } from '../support/visitor.ts'

const people = {
  ada: 'ada@acme.example',
  grace: 'grace@acme.example',
  katherine: 'katherine@globex.example',
} as const
type Name = keyof typeof people
const names = Object.keys(people) as Name[]

/** What an application knows of somebody who is signed in. */
interface Person {
  readonly sessionId: string
  readonly sid: string
  readonly userId: string
  readonly email: string
  readonly organizationId: string
}

/** Ada and Grace of one organization and Katherine of another, all signed in. */
async function everybodyIn() {
  let now = Date.now()
  const known: Partial<Record<Name, Person>> = {}
  const store = memoryStore({ clock: () => now })
  const sids: string[] = []
  const application = await start({
    options: {
      store,
      clock: () => now,
      login: { onLogin: ({ identity }) => void sids.push(identity.sid!) },
    },
  })
  const browsers = {} as Record<Name, Visitor>
  for (const name of names) {
    browsers[name] = application.visitor()
    const domain = people[name].split('@')[1]
    await browsers[name].signIn(`/login?domain=${domain}&return_to=/app`, people[name])
    const { body } = await browsers[name].call('/app').expect(200)
    const { sessionId, organizationId, user } = body
    known[name] = {
      ...{ sessionId, organizationId, userId: user.id, email: people[name] },
      sid: sids.at(-1)!,
    }
  }
  now += 1
  return {
    ...application,
    browsers,
    people: known as Record<Name, Person>,
    pass(ms: number) {
      now += ms
      application.emulator.advance(ms / 1000)
    },
    async whoIsIn() {
      const answers = await Promise.all(names.map((name) => browsers[name].call('/app')))
      return names.filter((_, at) => answers[at]!.status === 200)
    },
  }
}

describe('auth.revoke ends the sessions of', () => {
  it.each<[string, (person: Person) => RevokeTarget, readonly Name[]]>([
    ['one session', ({ sessionId }) => ({ sessionId }), ['grace', 'katherine']],
    ['one session at Scalekit', ({ sid }) => ({ sid }), ['grace', 'katherine']],
    ['one user', ({ userId }) => ({ userId }), ['grace', 'katherine']],
    [
      'one user in an organization',
      ({ userId, organizationId }) => ({ userId, organizationId }),
      ['grace', 'katherine'],
    ],
    [
      'one address in an organization, in another case',
      ({ email, organizationId }) => ({ email: email.toUpperCase(), organizationId }),
      ['grace', 'katherine'],
    ],
    ['an organization', ({ organizationId }) => ({ organizationId }), ['katherine']],
    ['everyone', () => 'everyone', []],
  ])('%s, and of nobody else', async (_who, targetOf, left) => {
    const { auth, people, whoIsIn } = await everybodyIn()
    expect(await whoIsIn()).toEqual(names)
    await auth.revoke(targetOf(people.ada))
    expect(await whoIsIn()).toEqual(left)
  })

  it('a user who may then sign in again', async () => {
    const { auth, people, browsers, pass, whoIsIn } = await everybodyIn()
    await auth.revoke({ userId: people.ada.userId })
    pass(2000)
    await browsers.ada.signIn('/login?domain=acme.example', people.ada.email)
    expect(await whoIsIn()).toEqual(names)
  })

  it('a user in the organization that is named and in no other', async () => {
    const { auth, people, whoIsIn } = await everybodyIn()
    const { organizationId } = people.katherine
    await auth.revoke({ userId: people.ada.userId, organizationId })
    await auth.revoke({ email: people.ada.email, organizationId })
    expect(await whoIsIn()).toEqual(names)
  })
})

describe('auth.revoke has ended everyone once it resolves,', () => {
  it('also if the store was being asked when it was called', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const { revocations, ...others } = memoryStore()
    const { write, beginEpoch } = revocations
    let line = Promise.resolve()
    let isAsked = () => {}
    const since = async (cursor: string | undefined) => {
      const page = await revocations.since(cursor)
      isAsked()
      await line
      return page
    }
    const store = { ...others, revocations: { write, beginEpoch: () => beginEpoch!(), since } }
    const { auth, visitor } = await start({ options: { store } })
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', 'ada@acme.example')
    await browser.call('/app').expect(200)

    vi.advanceTimersByTime(1001)
    let answer = () => {}
    line = new Promise((resolve) => {
      answer = resolve
    })
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve
    })
    const earlier = browser.call('/app').then(() => {})
    await asked
    const revoked = auth.revoke('everyone')
    line = Promise.resolve()
    vi.advanceTimersByTime(1)
    setImmediate(answer)
    await revoked
    await browser.call('/app').expect(401)
    await earlier
  })
})

describe('auth.revoke(everyone), after which the store does not respond,', () => {
  it('lets no session in from then on', async () => {
    const { revocations, ...others } = memoryStore()
    const { write, beginEpoch, since } = revocations
    let isDown = false
    const shared = {
      write,
      async beginEpoch() {
        await beginEpoch!()
        isDown = true
      },
      async since(cursor: string | undefined) {
        if (isDown) throw new Error('reset')
        return since(cursor)
      },
    }
    const { auth, visitor } = await start({
      options: { store: { ...others, revocations: shared } },
    })
    const browser = visitor()
    await browser.signIn('/login?domain=acme.example', 'ada@acme.example')
    await browser.call('/app').expect(200)
    await auth.revoke('everyone')
    await browser.call('/app').expect(503)
    isDown = false
    await eventually(() => browser.call('/app').expect(401))
  })
})

describe('auth.revoke ends nobody and throws', () => {
  const rejected: readonly [what: string, target: (person: Person) => unknown, message: RegExp][] =
    [
      ['nothing', () => undefined, /got none/],
      ['null', () => null, /got none/],
      ['an empty object', () => ({}), /it is empty/],
      ['another word', () => 'everybody', /got "everybody"/],
      ['a list', ({ userId }) => [userId], /got none/],
      ['an undefined user', () => ({ userId: undefined }), /`userId` must be/],
      [
        'an undefined organization beside a user',
        ({ userId }) => ({ userId, organizationId: undefined }),
        /`organizationId` must be/,
      ],
      ['an empty organization', () => ({ organizationId: '' }), /`organizationId` must be/],
      [
        'an empty address beside an organization',
        ({ organizationId }) => ({ email: '', organizationId }),
        /`email` must be/,
      ],
      ['white space', () => ({ userId: ' ' }), /`userId` has white space/],
      ['a number', () => ({ userId: 7 }), /`userId` must be/],
      [
        'a misspelled member beside an organization',
        ({ organizationId, userId }) => ({ organizationId, userID: userId }),
        /`userID` is unknown; did you mean `userId`\?/,
      ],
      [
        'a member too many',
        ({ organizationId, userId, email }) => ({ organizationId, userId, email }),
        /no target consists of/,
      ],
      ['an address without an organization', ({ email }) => ({ email }), /no target consists of/],
      [
        'an organization by an id of the application',
        () => ({ organizationId: 'acme' }),
        /must be Scalekit’s id, org_…/,
      ],
    ]

  it.each(rejected)('for %s', async (_what, targetOf, message) => {
    const { auth, people, whoIsIn } = await everybodyIn()
    const revoking = auth.revoke(targetOf(people.ada) as RevokeTarget)
    await expect(revoking).rejects.toThrow(ConfigError)
    await expect(revoking).rejects.toThrow(message)
    expect(await whoIsIn()).toEqual(names)
  })

  it.each<[string, unknown, RegExp]>([
    ['a reason that is no string', { reason: 7 }, /`reason` must be a string/],
    ['an option that is unknown', { atscalekit: true }, /has no option `atscalekit`/],
    ['`atScalekit` that is neither true nor false', { atScalekit: 1 }, /must be true or false/],
    ['sessions at Scalekit that its API cannot end', { atScalekit: true }, /needs the target/],
    ['options that are none', null, /options must be an object/],
  ])('for %s', async (_what, options, message) => {
    const { auth, whoIsIn } = await everybodyIn()
    await expect(auth.revoke('everyone', options as never)).rejects.toThrow(message)
    expect(await whoIsIn()).toEqual(names)
  })

  it('where the store cannot be written', async () => {
    const store = memoryStore()
    const down = async () => Promise.reject(new Error('down'))
    const revocations = { ...store.revocations, write: down, beginEpoch: down }
    const { auth } = await start({ options: { store: { ...store, revocations } } })
    for (const target of ['everyone', { userId: 'usr_1' }] as const) {
      await expect(auth.revoke(target)).rejects.toMatchObject({
        code: 'store_unavailable',
        cause: { message: 'down' },
      })
    }
  })

  it('where a store of the application’s own cannot begin an epoch', async () => {
    const { revocations, ...store } = memoryStore()
    const { write, since } = revocations
    const { auth } = await start({
      options: { store: { ...store, revocations: { write, since } } },
    })
    await expect(auth.revoke('everyone')).rejects.toThrow(/revocations\.beginEpoch\(\)/)
  })
})

it('auth.revoke says in one line what it did and why, without an address', async () => {
  const { auth, log, people } = await everybodyIn()
  const { email, organizationId } = people.ada
  await auth.revoke({ email, organizationId }, { reason: 'left\nthe company' })
  await auth.revoke('everyone')
  const lines = log.filter((line) => line.includes('revoke:'))
  expect(lines).toEqual([
    expect.stringContaining(
      'revoke: ended the sessions of one email and organizationId: "left\\nthe company"',
    ),
    expect.stringContaining('revoke: ended the sessions of everyone'),
  ])
  expect(lines.join()).not.toContain('ada@')
})
