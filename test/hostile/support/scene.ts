import type { Response } from 'supertest'
import { type ServedApplication, serveApplication } from '../../support/application.ts'
import type { Visitor } from '../../support/visitor.ts'
import type { Lies } from '../provider/lies.ts'
import { clientSecret, type Provider, startProvider } from '../provider/provider.ts'
import { clientId } from '../provider/tokens.ts'

/** An application with the kit, whose sign-ins all go to a provider that it must not trust. */
export interface Scene {
  readonly application: ServedApplication
  readonly provider: Provider
  close(): Promise<void>
}

export async function openScene(): Promise<Scene> {
  const provider = await startProvider()
  const application = await serveApplication({}, () => ({
    environmentUrl: provider.url,
    clientId,
    clientSecret,
    login: { fallback: 'hosted' },
  }))
  return {
    application,
    provider,
    async close() {
      await application.close()
      await provider.close()
    },
  }
}

/** Runs in a scene of its own, which ends with it: tests that wait together have no `afterEach`. */
export async function inScene(run: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = await openScene()
  try {
    await run(scene)
  } finally {
    await scene.close()
  }
}

export const home = '/login?return_to=/app'

/** Signs in as far as the address the provider sends the browser back to. */
export async function comeBack(browser: Visitor, loginUrl: string = home): Promise<URL> {
  return backFrom(await browser.begin(loginUrl))
}

/** Signs in; answers what the application said last: at the callback, or already at `/login`. */
export async function signIn(
  { provider }: Scene,
  browser: Visitor,
  loginUrl: string = home,
): Promise<Response> {
  const begun = await browser.open(loginUrl)
  const { location } = begun.headers
  if (!location?.startsWith(`${provider.url}/oauth/authorize?`)) return begun
  const back = await backFrom(new URL(location))
  return browser.open(back.href, { 'Sec-Fetch-Site': 'cross-site' })
}

async function backFrom(authorizeUrl: URL): Promise<URL> {
  const answer = await fetch(authorizeUrl, { redirect: 'manual' })
  return new URL(answer.headers.get('location') ?? '')
}

/** One sign-in at a provider that lies, and all there is to judge it by. */
export interface Attempt {
  readonly scene: Scene
  readonly browser: Visitor
  readonly answer: Response
  readonly elapsedMs: number
  /** Where in the provider's requests the lie began. */
  readonly requestsBefore: number
}

/** What a row of a table says about the sign-in that meets the lie. */
export interface LyingSignIn {
  readonly lies: Lies
  /** Default: {@link home}. */
  readonly loginUrl?: string
  /** Whether somebody signed in before, so that discovery and keys are known. Default: true. */
  readonly isWarm?: boolean
}

/** Opens a scene, has somebody else begin a sign-in, and then signs in against the lie. */
export async function attempt(scene: Scene, row: LyingSignIn): Promise<Attempt> {
  const { application, provider } = scene
  if (row.isWarm ?? true) {
    await signIn(scene, application.visitor())
    await comeBack(application.visitor())
  }
  provider.lie(row.lies)
  const requestsBefore = provider.requests.length
  const browser = application.visitor()
  const answer = await signIn(scene, browser, row.loginUrl)
  // From the last request on: whoever waits longest waits for its answer.
  const elapsedMs = performance.now() - provider.requests.at(-1)!.receivedAt
  return { scene, browser, answer, elapsedMs, requestsBefore }
}
