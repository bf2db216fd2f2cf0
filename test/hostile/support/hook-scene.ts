import { randomUUID } from 'node:crypto'
import request, { type Test } from 'supertest'
import type { ScalekitAuth, ScalekitAuthOptions } from '../../../src/index.ts'
import { signInterceptor } from '../../../src/webhooks.ts'
import type { Application } from '../../support/application.ts'
import type { HostApp } from '../../support/hosts.ts'
import { signInAt } from '../../support/sign-in-page.ts'
import type { Visitor } from '../../support/visitor.ts'
import { webhookSecret } from '../../support/webhook.ts'
import type { HookFault } from './hook-faults.ts'

/** What came of requests: a status each, or what else they decide. */
export type Outcome = readonly (number | string)[]

/** What the requests are made with. */
export interface Scene {
  readonly application: Application
  readonly browser: Visitor
  /** Where another browser ends a sign-in. */
  readonly callback: string
  readonly other: Visitor
}

/** A function of the application: where it is given, and the requests that call it. */
export interface Hook {
  options?(hook: AnyHook): ScalekitAuthOptions
  mount?(app: HostApp, auth: ScalekitAuth, hook: AnyHook): void
  /** What it does until the requests are made. Default: it is faulty from the start. */
  readonly healthy?: AnyHook
  /** Whether the browser is signed in before. */
  readonly isSignedIn?: boolean
  drive(scene: Scene, hook: AnyHook): Promise<Outcome>
  /** Whether a request waits until its time is over. Default: where the hook never settles. */
  waits?(fault: HookFault): boolean
  /** Where a person would be let in, the outcome shows it as `200`. */
  outcome(fault: HookFault): Outcome
  /** The line that tells it, if there has to be one. */
  line?(fault: HookFault): RegExp | undefined
  /** Whether the console tells it, since there is no log. */
  isOnConsole?(fault: HookFault): boolean
}

// biome-ignore lint/suspicious/noExplicitAny: it stands for a function of every type.
export type AnyHook = (...given: any[]) => any

const acme = 'org_69615647365005430'
const ada = 'ada@acme.example'
export const login = `/login?organization_id=${acme}`

/** Where signed requests are expected. */
export const signedOptions: ScalekitAuthOptions = {
  webhooks: { secret: webhookSecret, onDirectoryUserCreated() {} },
  interceptors: { secret: webhookSecret, onFailure: 'deny', onPreSignup() {} },
}

/** Asks for a sign-in that names no target. */
export async function openLogin({ browser }: Scene): Promise<Outcome> {
  return [(await browser.open('/login')).status]
}

/** Whether the sign-in succeeded, and whether the user is in. */
export async function finishSignIn({ other, callback }: Scene): Promise<Outcome> {
  const { status } = await other.open(callback, { 'Sec-Fetch-Site': 'cross-site' })
  return [status, (await other.call('/app')).status]
}

/** Everything that is done before the requests. */
export async function sceneFor(application: Application, hook: Hook): Promise<Scene> {
  const [browser, other] = [application.visitor(), application.visitor()]
  if (hook.isSignedIn) await browser.signIn(login, ada)
  const callback = await signInAt((await other.begin(login)).href, ada)
  return { application, browser, other, callback }
}

/** Asks for the application's decision, as Scalekit does. */
export function intercept(url: string, point: string): Test {
  const body = JSON.stringify({
    display_name: point,
    trigger_point: point,
    interceptor_context: { environment_id: 'env_1', user_id: 'usr_1', organization_id: 'org_1' },
    data: { user: { id: 'usr_1', memberships: [] } },
  })
  return request(url)
    .post('/interceptors')
    .type('application/json')
    .set(signInterceptor({ id: `int_${randomUUID()}`, body, secret: webhookSecret }))
    .send(body)
}
