import request, { type Response } from 'supertest'

/** One person's browser at the second provider; it keeps the cookies of that host. */
export interface Person {
  /**
   * Goes where an authorization request leads, and is asked nothing.
   *
   * @returns where the browser is sent in the end: the application's callback
   */
  pass(authorizeUrl: URL): Promise<string>
  /** The same, but is asked and signs in with this email address. */
  signIn(authorizeUrl: URL, email: string): Promise<string>
  /** The same, but is asked and does not sign in. */
  cancel(authorizeUrl: URL): Promise<string>
  /** Confirms a sign-out, and answers where the browser is sent then. */
  signOut(endSessionUrl: URL): Promise<string>
  /** Signs out at the provider itself, where no application asked for it, and stays there. */
  leave(): Promise<void>
}

export function personAt(providerUrl: string): Person {
  const agent = request.agent(providerUrl)

  /** Follows redirects until a page is there or the browser leaves. */
  async function open(target: string | URL): Promise<Response> {
    return follow(await agent.get(pathOf(new URL(target, providerUrl))))
  }

  async function follow(answer: Response): Promise<Response> {
    const { location } = answer.headers
    const isHere = location && new URL(location, providerUrl).origin === providerUrl
    return isHere ? open(location) : answer
  }

  async function submit(path: string, fields: Readonly<Record<string, string>>): Promise<string> {
    return leaving(await send(path, fields))
  }

  async function send(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    return follow(await agent.post(path).type('form').send(fields))
  }

  async function confirmSignOut(endSessionUrl: URL): Promise<Response> {
    const page = await open(endSessionUrl)
    const action = / action="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const xsrf = / name="xsrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    return send(pathOf(new URL(action, providerUrl)), { xsrf, logout: 'yes' })
  }

  async function answerPage(authorizeUrl: URL, fields: Readonly<Record<string, string>>) {
    const { headers } = await agent.get(pathOf(authorizeUrl)).expect(303)
    const page = headers.location!
    await agent.get(page).expect(200)
    return submit(page, fields)
  }

  return {
    pass: async (authorizeUrl) => leaving(await open(authorizeUrl)),
    signIn: (authorizeUrl, email) => answerPage(authorizeUrl, { email }),
    cancel: (authorizeUrl) => answerPage(authorizeUrl, {}),
    signOut: async (endSessionUrl) => leaving(await confirmSignOut(endSessionUrl)),
    async leave() {
      const { status } = await confirmSignOut(new URL('/oidc/logout', providerUrl))
      if (status !== 200) throw new Error(`The provider answered ${status}`)
    },
  }
}

function pathOf({ pathname, search }: URL): string {
  return pathname + search
}

function leaving(answer: Response): string {
  const { location } = answer.headers
  if (!location) throw new Error(`The provider answered ${answer.status} ${answer.text}`)
  return location
}
