import request, { type Response, type Test } from 'supertest'
import { signInAt } from './sign-in-page.ts'

/** Headers of a browser that opens a page because its user typed or clicked. */
export const navigation = {
  Accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-Site': 'none',
} as const

/** The same where a service worker of the application hands the request on, as Chromium does. */
export const handedOn = {
  ...navigation,
  'Sec-Fetch-Dest': 'empty',
  'Sec-Fetch-Site': 'same-origin',
} as const

/** Headers of `fetch()` in a page of the application. */
export const background = {
  Accept: '*/*',
  'Sec-Fetch-Mode': 'cors',
  'Sec-Fetch-Dest': 'empty',
  'Sec-Fetch-Site': 'same-origin',
} as const

/** One browser: it keeps cookies, and follows a redirect only when told to. */
export interface Visitor {
  /** Opens a page, by path or by a URL of the application. */
  open(target: string, headers?: Readonly<Record<string, string>>): Test
  /** Calls from a script. */
  call(target: string, headers?: Readonly<Record<string, string>>): Test
  post(target: string, headers?: Readonly<Record<string, string>>): Test
  /** Opens a login URL and answers where at Scalekit it leads. */
  begin(loginUrl: string): Promise<URL>
  /** Signs in as `who` and answers the callback's response. Rejects if that refuses the sign-in. */
  signIn(loginUrl: string, who: string): Promise<Response>
  /** The same, where it may be refused. */
  trySignIn(loginUrl: string, who: string): Promise<Response>
  /** The value of a cookie this browser holds for the application. */
  cookie(name: string): string | undefined
  /** The names of all cookies this browser holds for the application. */
  cookieNames(): string[]
}

export function visitorOf(url: string): Visitor {
  const agent = request.agent(url)
  const pathOf = (target: string) => {
    const parsed = new URL(target, url)
    return parsed.pathname + parsed.search
  }
  const cookies = () =>
    agent.jar.getCookies({ domain: new URL(url).hostname, path: '/', secure: false, script: false })

  const visitor: Visitor = {
    open: (target, headers = {}) => agent.get(pathOf(target)).set({ ...navigation, ...headers }),
    call: (target, headers = {}) => agent.get(pathOf(target)).set({ ...background, ...headers }),
    post: (target, headers = {}) => agent.post(pathOf(target)).set(headers),
    async begin(loginUrl) {
      const { headers } = await visitor.open(loginUrl).expect(302)
      return new URL(headers.location ?? '')
    },
    async signIn(loginUrl, who) {
      const response = await visitor.trySignIn(loginUrl, who)
      if (response.status < 400) return response
      throw new Error(`The sign-in of ${who} got ${response.status}: ${response.text}`)
    },
    async trySignIn(loginUrl, who) {
      const authorizeUrl = await visitor.begin(loginUrl)
      const callbackUrl = await signInAt(authorizeUrl.href, who)
      return visitor.open(callbackUrl, { 'Sec-Fetch-Site': 'cross-site' })
    },
    cookie: (name) => cookies().find((cookie) => cookie.name === name)?.value,
    cookieNames: () => [...cookies()].map((cookie) => cookie.name),
  }
  return visitor
}
