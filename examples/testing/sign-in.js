import { get } from 'node:http'

/** Signs in on the emulator's page. Returns the session as a `Cookie` header. */
export async function signIn(baseUrl, email, target = {}) {
  const query = new URLSearchParams({ login_hint: email, ...target })
  const login = await openRedirect(`${baseUrl}/login?${query}`)
  const page = await fetch(login.location).then((response) => response.text())
  const [before, after] = page.split(`" data-email="${email}"`)
  if (after === undefined) throw new Error(`${email} is not on the page of the emulator`)
  const request = /name="request" value="([^"]+)"/.exec(page)[1]
  const body = new URLSearchParams({ request, person: before.split('value="').at(-1) })
  const url = new URL('/emulator/sign-in', login.location)
  const chosen = await fetch(url, { method: 'POST', body, redirect: 'manual' })
  const callback = await openRedirect(chosen.headers.get('location'), login.cookie)
  return callback.cookie
}

/** As a browser opens a page. Node's `fetch()` says that a script asks, which `/login` refuses. */
function openRedirect(url, cookie = '') {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { accept: 'text/html', cookie } }, (response) => {
      const { location, 'set-cookie': cookies = [] } = response.resume().headers
      const pairs = cookies.map((line) => line.split(';')[0])
      if (location) resolve({ location, cookie: pairs.join('; ') })
      else reject(new Error(`${new URL(url).pathname} returned ${response.statusCode}`))
    })
    request.on('error', reject)
  })
}
