/** What Scalekit's dashboard, or its API, gives a customer for one of their programs. */
export interface MachineClient {
  readonly environmentUrl: string
  readonly clientId: string
  readonly clientSecret: string
}

/** A program of a customer: gets an access token of its own, and gets another one when it has to. */
export function machineClient({ environmentUrl, clientId, clientSecret }: MachineClient) {
  let current: Promise<string> | undefined

  async function issue(): Promise<string> {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    })
    const answer = await fetch(new URL('/oauth/token', environmentUrl), { method: 'POST', body })
    if (!answer.ok) throw new Error(`Scalekit answered ${answer.status}`)
    return ((await answer.json()) as { readonly access_token: string }).access_token
  }

  /** The token of all calls. One that could not be issued is not kept. */
  function token(): Promise<string> {
    if (current) return current
    const issued = issue()
    current = issued
    issued.catch(() => drop(issued))
    return issued
  }

  /** Calls that were refused at the same time drop a token once, and not the one that replaces it. */
  function drop(old: Promise<string>): void {
    if (current === old) current = undefined
  }

  const send = async (url: string, held: Promise<string>) =>
    fetch(url, { headers: { authorization: `Bearer ${await held}` } })

  return async function call(url: string): Promise<Response> {
    const held = token()
    const answer = await send(url, held)
    const challenge = answer.headers.get('www-authenticate') ?? ''
    if (answer.status !== 401 || !challenge.includes('error="invalid_token"')) return answer
    // It expired, or what this client may do has changed. Once: another 401 is no matter of time.
    drop(held)
    return send(url, token())
  }
}
