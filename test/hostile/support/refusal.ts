import type { Response } from 'supertest'
import { expect } from 'vitest'
import type { ScalekitErrorCode } from '../../../src/index.ts'
import { isClearing } from '../../support/answers.ts'
import type { Visitor } from '../../support/visitor.ts'
import { clientSecret } from '../provider/provider.ts'
import { type Attempt, attempt, inScene, type LyingSignIn, type Scene, signIn } from './scene.ts'

/** Stands in every text of a lie; nobody who is refused may see it. */
export const marker = 'planted-7d1f'

/** The kit's own deadline for a call is five seconds. */
const patienceMs = 6000

/** A lie, and how the sign-in has to end. */
export interface RefusedLie extends LyingSignIn {
  /** What the provider lies about. */
  readonly lie: string
  /** Default: any of the kit's codes. */
  readonly code?: ScalekitErrorCode
  /** What the provider may be asked after its lie. Default: nothing. */
  readonly mayAsk?: readonly string[]
  /** Whether the code may be sent again, since nothing came back at all. */
  readonly mayRepeat?: true
  /** Makes the kit ask again, for a lie that it remembers for a while. */
  readonly forget?: () => void
  /** Whether the kit remembers the lie for good: it asks for discovery once in its life. */
  readonly isKept?: true
}

/** Whoever meets this lie gets nowhere, learns nothing, and does not disturb whoever comes next. */
export async function expectRefused(row: RefusedLie): Promise<void> {
  await inScene(async (scene) => {
    const made = await attempt(scene, row)
    expectPlainRefusal(made, row.code)
    expectNothingOfTheLie(made)
    expectNobodyElseAsked(made, row)
    await expectNoSession(made.browser)
    if (!row.isKept) await expectOthersSignIn(scene, row.forget)
  })
}

function expectPlainRefusal({ answer, browser, elapsedMs }: Attempt, code?: string): void {
  expectRefusal(answer, code)
  expect(browser.cookieNames()).toEqual([])
  expect(elapsedMs).toBeLessThan(patienceMs)
}

/** A page of the kit's own that says no, with a stable code, and that nobody keeps. */
export function expectRefusal(answer: Response, code?: string): void {
  expect({ status: answer.status, code: codeOf(answer) }).toEqual({
    status: expect.toSatisfy((status: number) => status >= 400 && status < 600),
    code: code ?? expect.stringMatching(/^[a-z_]+$/),
  })
  expect(answer.headers.location).toBeUndefined()
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.text.length).toBeLessThan(8000)
  expect(setCookies(answer).filter((line) => !isClearing(line))).toEqual([])
}

export function codeOf(answer: Response): string | undefined {
  return /<code>([a-z_]+)<\/code>/.exec(answer.text)?.[1]
}

function setCookies({ headers }: Response): string[] {
  return [headers['set-cookie'] ?? []].flat()
}

/** Neither what the provider said nor what only the application knows. */
function expectNothingOfTheLie({ answer, scene }: Attempt): void {
  const { code, nonce } = scene.provider.grants.at(-1) ?? { code: marker, nonce: marker }
  const said = JSON.stringify(answer.headers) + answer.text
  for (const secret of [marker, code, nonce, clientSecret]) expect(said).not.toContain(secret)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
}

function expectNobodyElseAsked({ scene, requestsBefore }: Attempt, row: RefusedLie): void {
  const { provider } = scene
  expect(provider.trap.hits).toEqual([])
  expect(provider.violations.filter((what) => !row.mayRepeat || !isRepeat(what))).toEqual([])
  // The application asks for a token of its own before, where an external id is looked up.
  const asked = provider.requests
    .slice(requestsBefore)
    .filter(({ form }) => form.get('grant_type') !== 'client_credentials')
    .map(({ path }) => path)
  const lied = lyingPaths(row)
  const lastLieAt = Math.max(...lied.map((path) => asked.indexOf(path)))
  const allowed = [...(row.mayAsk ?? []), ...(row.mayRepeat ? lied : [])]
  const unasked = asked.slice(lastLieAt + 1).filter((path) => !remove(allowed, path))
  expect(unasked).toEqual([])
}

/** Each allowance is good for one request. */
function remove(allowed: string[], path: string): boolean {
  const at = allowed.indexOf(path)
  if (at !== -1) allowed.splice(at, 1)
  return at !== -1
}

function isRepeat(violation: string): boolean {
  return violation === 'a code sent twice'
}

/** The places of the provider that tell a lie. */
function lyingPaths({ lies }: RefusedLie): string[] {
  const isToken = lies.token ?? lies.idToken ?? lies.accessToken
  return [
    ...(lies.discovery ? ['/.well-known/openid-configuration'] : []),
    ...(lies.authorize ? ['/oauth/authorize'] : []),
    ...(isToken ? ['/oauth/token'] : []),
    ...(lies.keys ? ['/keys'] : []),
  ]
}

export async function expectNoSession(browser: Visitor): Promise<void> {
  await browser.call('/app').expect(401)
}

async function expectOthersSignIn(scene: Scene, forget: (() => void) | undefined): Promise<void> {
  scene.provider.lie({})
  forget?.()
  const browser = scene.application.visitor()
  const answer = await signIn(scene, browser)
  expect([answer.status, answer.headers.location]).toEqual([302, '/app'])
  await browser.call('/app').expect(200)
}

/** Something that looks like a lie and is none, or does no harm. */
export interface HarmlessLie extends LyingSignIn {
  readonly lie: string
  /** What the application then says about who is signed in. */
  readonly principal: object
}

/** Whoever meets this is signed in, as exactly whom the provider vouched for. */
export async function expectSignedIn(row: HarmlessLie): Promise<void> {
  await inScene(async (scene) => {
    const { answer, browser, elapsedMs } = await attempt(scene, row)
    expect([answer.status, answer.headers.location]).toEqual([302, '/app'])
    expect(elapsedMs).toBeLessThan(patienceMs)
    const { body } = await browser.call('/app').expect(200)
    expect(body).toMatchObject(row.principal)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(scene.provider.violations).toEqual([])
    expect(scene.provider.trap.hits).toEqual([])
  })
}
