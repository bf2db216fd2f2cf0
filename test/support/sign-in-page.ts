/**
 * Signs in on the emulator's page as the person with this email address, as a browser would.
 *
 * @returns where the browser is sent next: the application's callback with a code, or with an
 * error if the identity provider does not let this person in
 */
export async function signInAt(authorizeUrl: string, who: string): Promise<string> {
  const { action, request, page } = await openPage(authorizeUrl)
  const chooser = page.includes('name="email"')
    ? await submit(action, { request, email: who }).then((answer) => answer.text())
    : page
  if (chooser.includes('name="code"')) {
    return locationOf(await submit(action, { request, code: '424242' }))
  }
  const person = chooser.split(` data-email="${who}"`)[0]?.match(/.*value="([^"]+)"$/s)?.[1]
  if (!person) throw new Error(`Nobody on the page has the address ${who}`)
  return locationOf(await submit(action, { request, person }))
}

/** Leaves the emulator's page by "Cancel" or by the identity provider's error. */
export async function answerWith(
  authorizeUrl: string,
  failure: 'denied' | 'error',
): Promise<string> {
  const { action, request } = await openPage(authorizeUrl)
  return locationOf(await submit(action, { request, failure }))
}

async function openPage(authorizeUrl: string) {
  const answer = await fetch(authorizeUrl, { redirect: 'manual' })
  const page = await answer.text()
  const action = / action="([^"]+)"/.exec(page)?.[1]
  const request = / name="request" value="([^"]+)"/.exec(page)?.[1]
  if (!action || !request) {
    throw new Error(
      `No sign-in page but ${answer.status} ${answer.headers.get('location') ?? page}`,
    )
  }
  return { action: new URL(action, authorizeUrl).href, request, page }
}

function submit(action: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(action, {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
  })
}

function locationOf(answer: Response): string {
  const location = answer.headers.get('location')
  if (!location) throw new Error(`No redirect but ${answer.status}`)
  return location
}
