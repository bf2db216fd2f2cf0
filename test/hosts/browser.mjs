/** A browser: it keeps cookies, opens pages as a user does, and follows a redirect when told to. */
import { request } from 'node:http'

const page = {
  accept: 'text/html,application/xhtml+xml',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
}

/** One request over `node:http`: `fetch` says itself that it is a script. */
export function send(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, timeout: 30_000 }, async (answer) => {
      const text = Buffer.concat(await answer.toArray()).toString()
      resolve({ status: answer.statusCode, headers: answer.headers, text })
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer from ${url}`)))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

export function browserAt(origin) {
  const cookies = new Map()

  function keep(lines = []) {
    for (const line of lines) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      if (value === '' || /max-age=0(;|$)/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
  }

  async function ask(target, { method, headers } = {}) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await send(new URL(target, origin), {
      method,
      headers: { ...(cookie && { cookie }), ...headers },
    })
    keep(answer.headers['set-cookie'])
    return answer
  }

  return {
    /** Opens a page. */
    open: (target, headers) => ask(target, { headers: { ...page, ...headers } }),
    /** Calls from a script. */
    call: (target, init) => ask(target, init),
  }
}

/** Signs in on the emulator's page and returns the callback's URL. */
export async function signInAt(authorizeUrl, email) {
  const text = await (await fetch(authorizeUrl, { redirect: 'manual' })).text()
  const action = new URL(/ action="([^"]+)"/.exec(text)[1], authorizeUrl)
  const request = / name="request" value="([^"]+)"/.exec(text)[1]
  const person = /value="([^"]+)"$/.exec(text.split(` data-email="${email}"`)[0])[1]
  const body = new URLSearchParams({ request, person })
  return (await fetch(action, { method: 'POST', body, redirect: 'manual' })).headers.get('location')
}
