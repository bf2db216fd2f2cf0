import { revocationKey } from '../../../src/lib/auth/revocation.ts'
import type { SessionView } from '../../../src/lib/auth/views.ts'
import { ScalekitError } from '../../../src/lib/ground/errors.ts'
import type { Identity } from '../../../src/lib/ground/types.ts'
import { Context } from '../../../src/lib/http/instance/context.ts'
import type { Instance } from '../../../src/lib/http/instance/instance.ts'
import type { StateStore } from '../../../src/lib/state/store.ts'
import type { ScalekitEvent } from '../../../src/lib/webhooks/events.ts'
import { type Random, seededRandom } from '../random.ts'
import { issuer, memberOf, signedInIdentity } from './identity.ts'
import { type Machine, startMachine } from './machine.ts'
import { type Browser, callTimeoutMs, maxLagMs, requestOf, response } from './process.ts'
import { graceMs, modelProvider, type Reuse } from './provider.ts'
import type { Timeline } from './timeline.ts'
import { type TrueSession, type Truth, truthOf } from './truth.ts'
import { type Hazards, hazardsOf, longestFreezeMs, weatherOf } from './weather.ts'

/** A store, and how it goes back. */
export interface PlayStore {
  readonly store: StateStore
  /** @returns the moment to which its revocations went back; `Infinity` if only its tokens did */
  failOver(random: Random, sessions: Iterable<Identity>): Promise<number>
}

/** Where plays happen. */
export interface Stage {
  readonly timeline: Timeline
  /** @param name The same for no two plays at once. */
  storeFor(name: string): PlayStore
  /** Where processes and their store may stand still because the machine does. Default: nowhere. */
  readonly stalls?: {
    /** For how long they may, without anything being shown that is not so. */
    readonly toleratedMs: number
    /** The longest since an instant. */
    longestSince(instant: number): number
  }
  /** How many things happen. Default: 12. */
  readonly steps?: number
  /** How long access tokens last. Default: half a minute. */
  readonly lifetimeMs?: number
}

/** What came of a play. */
export interface Outcome {
  readonly hazards: Hazards
  readonly reuse: Reuse
  readonly sessions: number
  readonly renewals: number
  /** Sessions that ended as `refresh-lost` although nothing had ended them. */
  readonly lost: number
  /** Whether anything happened by which a session may be lost. */
  readonly mayLose: boolean
  /** Writes that the store rejected although they are in it. */
  readonly unconfirmed: number
}

const organizations = ['org_1', 'org_2'] as const
const machineCounts = [1, 2, 3, 3, 3]
const browserCount = 2
/** How long after its first try a token may be sent again. */
const againForMs = 20_000
/** A shorter stall makes no call fail, and no lease run out. */
const harmlessStallMs = 500

/** Plays one life of some browsers and processes. @throws where something is shown that is not so */
export async function play(seed: number, stage: Stage): Promise<Outcome> {
  const random = seededRandom(seed)
  const hazards = hazardsOf(random)
  const reuse = random.pick(['grace', 'grace', 'grace', 'ends', 'refused'] as const)
  const isInBrowser = random.integer(2) === 0
  const told = `seed ${seed} (reuse: ${reuse}, ${isInBrowser ? 'sealed cookie' : 'express-session'}, ${named(hazards)})`
  try {
    return await stage.timeline.run(() =>
      playOut({ seed, random, hazards, reuse, isInBrowser }, stage),
    )
  } catch (error) {
    throw new Error(`${told}: ${(error as Error).message}`, { cause: error })
  }
}

function named(hazards: Hazards): string {
  const names = Object.entries(hazards).flatMap(([name, isThere]) => (isThere ? [name] : []))
  return names.length > 0 ? names.join(', ') : 'nothing goes wrong'
}

interface Script {
  readonly seed: number
  readonly random: Random
  readonly hazards: Hazards
  readonly reuse: Reuse
  readonly isInBrowser: boolean
}

/** Whether anything may happen by which a session is lost. Without a grace, a lease that runs out may. */
function mayLoseIn({ hazards, reuse }: Script): boolean {
  const { crash, lost, evict, failover, freeze, slowStore, brokenStore } = hazards
  const mayRunOut =
    (reuse !== 'grace' && (freeze || brokenStore)) || (reuse === 'ends' && slowStore)
  return crash || lost || evict || failover || mayRunOut
}

async function playOut(script: Script, stage: Stage): Promise<Outcome> {
  const { random, hazards, reuse, isInBrowser, seed } = script
  const { timeline, steps = 12, stalls, lifetimeMs = 30_000 } = stage
  const { store, failOver } = stage.storeFor(String(seed))
  const isReal = stalls !== undefined
  const stallMs = stalls?.toleratedMs ?? 0
  const startedAt = timeline.now()
  const stalledMs = () => stalls?.longestSince(startedAt) ?? 0
  const wasStalled = () => stalledMs() > harmlessStallMs
  const mayLose = () =>
    mayLoseIn(script) ||
    truth.sends.some(({ isGivenUp }) => isGivenUp) ||
    (wasStalled() && reuse !== 'grace')
  const { freeze, slowStore, brokenStore } = hazards
  const mayDouble = () => mayLose() || freeze || slowStore || brokenStore || wasStalled()
  const weather = weatherOf(hazards, random)
  const provider = modelProvider({
    ...{ now: timeline.now, reuse, lifetimeMs },
    aheadMs: random.pick([0, 0, -20_000, 20_000]),
    /** Something changes while the answer is on its way. */
    onAnswer({ member }) {
      if (!weather.isCalm && random.integer(6) === 0) void changeOf(member)
    },
  })
  const travelMs =
    callTimeoutMs +
    (hazards.freeze ? 2 * longestFreezeMs : 1000) +
    (mayLoseIn(script) || freeze || slowStore || brokenStore || isReal ? graceMs : 0) +
    stallMs
  const truth = truthOf(provider, timeline.now, { travelMs, stallMs })
  const tasks: Promise<void>[] = []
  const browsers: Browser[] = Array.from({ length: browserCount }, () => ({
    cookie: undefined,
    before: [],
  }))
  const { problems } = truth
  let [signIns, failovers] = [0, 0]

  const surroundings = {
    timeline,
    weather,
    provider,
    store: truth.watched(store),
    isInBrowser,
    onSend: (send: Truth['sends'][number]) => void truth.sends.push(send),
    onCrash(machine: Machine) {
      machines[machines.indexOf(machine)] = startMachine(surroundings)
    },
  }
  const machines = Array.from({ length: random.pick(machineCounts) }, () =>
    startMachine(surroundings),
  )
  const orgOf = (sub: string) => (organization: string) => `${organization}_${seed}_${sub}`

  /** Something begins that others need not wait for; a process that dies takes it along. */
  function begin(work: (machine: Machine) => Promise<void>, machine = random.pick(machines)): void {
    const done = work(machine).catch((error: Error) => {
      if (!(error instanceof ScalekitError)) problems.push(error)
    })
    tasks.push(Promise.race([done, machine.hasDied]))
  }

  async function ask(
    machine: Machine,
    browser: Browser,
    cookie = browser.cookie,
  ): Promise<SessionView | undefined> {
    if (!cookie) return undefined
    const req = requestOf(browser, cookie)
    const { sessions } = machine
    const wasFresh = sessions.isStale(req) ? await sessions.refresh() : sessions.isFresh()
    const instance = { sessions } as Instance
    const context = new Context(instance, req, response, undefined, undefined, wasFresh)
    if (context.isStale()) await context.refresh()
    await renewalOf(context)
    // No request of this play brings a token.
    const view = context.ask() as SessionView
    truth.check(machine, cookie, view)
    return view
  }

  async function signIn(machine: Machine, browser: Browser, organization: string): Promise<void> {
    const sub = `usr_${browsers.indexOf(browser)}`
    const organizationId = orgOf(sub)(organization)
    const storeTime = await machine.revocations.askStoreTime()
    if (!storeTime) return
    const { grant, answer } = provider.signIn(memberOf(organizationId, sub))
    const sessionId = `${seed}-${signIns++}`
    const now = timeline.now()
    const identity = signedInIdentity({
      sessionId,
      organizationId,
      sub,
      answer,
      storeTime: storeTime.earliest,
      now,
      providerTime: provider.clock(),
    })
    const { refreshToken, accessToken, expiresInSeconds } = answer
    const accessTokenExpiresAt = now + expiresInSeconds * 1000
    const tokens = { accessToken, refreshToken, idToken: 'id', accessTokenExpiresAt }
    const authority = machine.book.authorityOf(identity)
    truth.begin({ identity, grant })
    await machine.sessions.begin(requestOf(browser), response, identity, { tokens, authority })
  }

  async function signOut(machine: Machine, browser: Browser): Promise<void> {
    const { cookie } = browser
    if (!cookie) return
    await machine.sessions.end(requestOf(browser), response)
    machine.ended.add(cookie.sessionId)
    if (random.integer(2) === 0) provider.end(truth.sessions.get(cookie.sessionId)!.grant)
  }

  async function revoke(machine: Machine, { cookie }: Browser): Promise<void> {
    if (!cookie) return
    const { organizationId, sub } = cookie
    const storeTime = await machine.revocations.askStoreTime()
    if (!storeTime) return
    const key = revocationKey(issuer, { organizationId: organizationId!, sub })
    const expiresAt = timeline.now() + 86_400_000
    const record = { key, notBefore: storeTime.latest, clock: 'store', expiresAt } as const
    // A store that does not answer in time is the caller's problem.
    await machine.revocations.write([record]).catch(() => {})
  }

  async function change({ cookie }: Browser): Promise<void> {
    if (cookie) await changeOf(memberOf(cookie.organizationId!, cookie.sub))
  }

  async function changeOf(member: string): Promise<void> {
    const [organizationId, sub] = member.split(' ') as [string, string]
    const { occurredAt } = provider.change(member)
    if (random.integer(5) === 0) return
    await timeline.delay(random.integer(3000))
    begin((machine) => hear(machine, eventOf(organizationId, sub, occurredAt), occurredAt))
  }

  /** Delivered again until somebody has taken it. */
  async function hear(machine: Machine, event: ScalekitEvent, occurredAt: number): Promise<void> {
    const heard = machine.changes.record(event, occurredAt).then(
      ({ changes }) => changes > 0 || Promise.reject(new Error('an event says nothing')),
      () => false,
    )
    const isHeard = await Promise.race([heard, machine.hasDied.then(() => false)])
    if (!isHeard) begin((other) => hear(other, event, occurredAt))
  }

  async function token(machine: Machine, browser: Browser): Promise<void> {
    const { cookie } = browser
    const view = await ask(machine, browser)
    if (!cookie || view?.principal.status !== 'signed-in') return
    const minTtlSeconds = random.integer(3) * 20
    const text = await view.principal.accessToken({ minTtlSeconds })
    const { grant } = truth.sessions.get(cookie.sessionId)!
    if (!text.startsWith(`access ${grant.id} `)) throw new Error('a token of another session')
  }

  const actions: readonly (readonly [weight: number, act: () => unknown])[] = [
    [40, () => burst(random.pick(browsers))],
    [8, () => begin((machine) => ask(machine, random.pick(browsers)).then(() => {}))],
    [8, () => askWithOldCookie(random.pick(browsers))],
    [8, () => begin((machine) => token(machine, random.pick(browsers)))],
    [12, () => change(random.pick(browsers))],
    [4, () => begin((machine) => signOut(machine, random.pick(browsers)))],
    [3, () => begin((machine) => revoke(machine, random.pick(browsers)))],
    [3, () => endAtProvider(random.pick(browsers))],
    [8, () => begin((machine) => signIn(machine, random.pick(browsers), 'org_1'))],
    [
      5,
      () => begin((machine) => signIn(machine, random.pick(browsers), random.pick(organizations))),
    ],
    [hazards.crash ? 6 : 0, () => random.pick(machines).crash()],
    [hazards.freeze ? 6 : 0, () => random.pick(machines).freeze(weather.freezeMs())],
    [hazards.slow || hazards.slowStore ? 6 : 0, slowDown],
    [hazards.failover ? 6 : 0, fail],
    [hazards.evict ? 5 : 0, () => evict(random.pick(browsers))],
  ]

  /** Several requests at the same time, on any processes. */
  function burst(browser: Browser): void {
    for (let left = 1 + random.integer(6); left > 0; left -= 1) {
      begin((machine) => ask(machine, browser).then(() => {}))
    }
  }

  function askWithOldCookie(browser: Browser): void {
    const cookie = browser.before.length > 0 ? random.pick(browser.before) : undefined
    if (cookie) begin((machine) => ask(machine, browser, cookie).then(() => {}))
  }

  function endAtProvider({ cookie }: Browser): void {
    if (cookie) provider.end(truth.sessions.get(cookie.sessionId)!.grant)
  }

  /** Everything takes almost as long as its deadline. */
  function slowDown(): void {
    weather.isSlow = true
    tasks.push(
      timeline.delay(10_000 + random.integer(15_000)).then(() => {
        weather.isSlow = false
      }),
    )
  }

  async function fail(): Promise<void> {
    failovers += 1
    truth.wentBackTo(
      await failOver(
        random,
        [...truth.sessions.values()].map(({ identity }) => identity),
      ),
    )
  }

  async function evict({ cookie }: Browser): Promise<void> {
    // A server that is too busy forgets nothing.
    if (cookie) await surroundings.store.tokenStore.remove(cookie.sessionId).catch(() => {})
  }

  function pauseMs(): number {
    const kind = random.integer(10)
    if (kind < 4) return random.integer(60)
    if (kind < 8) return random.integer(4000)
    return random.integer(2 * lifetimeMs)
  }

  const lots = actions.flatMap(([weight, act]) => Array.from({ length: weight }, () => act))

  /** A machine that stands still may not hear from a store in time. */
  async function askAtLast(machine: Machine, browser: Browser): Promise<SessionView | undefined> {
    try {
      return await ask(machine, browser)
    } catch (error) {
      if (isReal && error instanceof ScalekitError) return undefined
      throw error
    }
  }

  /** Nothing goes wrong any more, and everything is well again: whoever is not out is in, and young. */
  async function epilogue(): Promise<void> {
    weather.isCalm = true
    await Promise.all(tasks)
    await timeline.delay(20_000)
    for (const wait of [7000, lifetimeMs + maxLagMs]) {
      await Promise.all(
        browsers.flatMap((browser) => machines.map((machine) => askAtLast(machine, browser))),
      )
      await timeline.delay(wait)
    }
    for (const browser of browsers) {
      for (const machine of machines) assertWell(browser, await askAtLast(machine, browser))
    }
  }

  function assertWell({ cookie }: Browser, view: SessionView | undefined): void {
    if (!cookie || !view) return
    const session = truth.sessions.get(cookie.sessionId)!
    const isOut = [session.markedAt, session.grant.endedAt, session.endedBy].some(
      (end) => end !== undefined,
    )
    if (isOut) return
    const { principal } = view
    if (principal.status === 'signed-out') throw new Error(`out for no reason: ${principal.reason}`)
    if ((principal.isStale || view.isUnknown) && !mayDouble())
      throw new Error('nothing gets young again')
  }

  function assertSends(): void {
    const first = new Map<string, number>()
    for (const { token, at, isVain } of truth.sends) {
      if (isVain) continue
      const since = at - (first.get(token) ?? at)
      if (first.has(token) && !mayDouble()) throw new Error('a token was sent twice')
      if (since > againForMs + stalledMs() && failovers === 0)
        throw new Error(`a token was sent ${since} ms after its first try`)
      first.set(token, at - since)
    }
  }

  /** Of a session that has none any more, the provider keeps no token that works. */
  function assertRevoked(): void {
    if (hazards.crash || hazards.slowStore || hazards.brokenStore || isReal) return
    for (const { grant, wasGone } of truth.sessions.values()) {
      if (wasGone && grant.endedAt === undefined) throw new Error('a token nobody has still works')
    }
  }

  function lostSessions(): readonly TrueSession[] {
    const ended = [...truth.sessions.values()].filter(({ endedBy }) => endedBy !== undefined)
    return ended.filter(({ grant }) => grant.endedAt === undefined || grant.isReused)
  }

  function assertLosses(): void {
    for (const { endedBy } of lostSessions()) {
      if (!mayLose()) throw new Error(`a session was lost as ${endedBy}`)
      // Where nothing is left that knows of the first use, the provider’s answer is all there is.
      // One that is alone knows what the store lacks, where it knows what became of each token.
      const { crash, lost, freeze, slowStore, evict } = hazards
      const isUnsure = machines.length > 1 || crash || lost || freeze || slowStore || evict
      const mayForget = failovers > 0 && isUnsure
      if (endedBy !== 'refresh-lost' && !mayForget && reuse !== 'ends')
        throw new Error(`a session was lost as ${endedBy}`)
    }
  }

  // A server that is too busy is asked again.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const others = browsers.filter(({ cookie }) => cookie === undefined)
    for (const browser of others) begin((machine) => signIn(machine, browser, 'org_1'))
    await Promise.all(tasks)
  }
  for (let step = 0; step < steps; step += 1) {
    await random.pick(lots)()
    await timeline.delay(pauseMs())
    assertNone(problems)
  }
  await epilogue()
  assertNone(problems)
  assertSends()
  assertLosses()
  assertRevoked()
  return {
    hazards,
    reuse,
    sessions: truth.sessions.size,
    renewals: truth.sends.length,
    lost: lostSessions().length,
    mayLose: mayLose(),
    unconfirmed: truth.unconfirmed(),
  }
}

function assertNone([problem]: readonly Error[]): void {
  if (problem) throw problem
}

/** As a guard waits for it. */
async function renewalOf(context: Context): Promise<void> {
  try {
    await context.renewal()
  } catch {
    // The decision says so.
  }
}

function eventOf(organizationId: string, sub: string, occurredAt: number): ScalekitEvent {
  return {
    spec_version: '1',
    id: `evt_${occurredAt}`,
    type: 'user.organization_membership_updated',
    occurred_at: new Date(occurredAt).toISOString(),
    data: { organization: { id: organizationId }, user: { id: sub } },
  } as never
}
