import { once } from 'node:events'
import { request } from 'node:http'
import { signInAt } from '../support/sign-in-page.ts'
import { email } from './apps/body.mjs'

const navigation = {
  Accept: 'text/html',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
}

/**
 * Signs in to an application through the emulator's page, as a browser would.
 *
 * @returns the `Cookie` header this browser sends from then on
 */
export async function signIn(url) {
  const cookies = new Map()
  const authorizeUrl = await redirectFrom(`${url}/login?domain=acme.example`, cookies)
  await redirectFrom(await signInAt(authorizeUrl, email), cookies)
  return headerOf(cookies)
}

/** Signs in to an application that takes everybody's word for it. */
export async function visit(url) {
  const cookies = new Map()
  await redirectFrom(`${url}/login`, cookies)
  return headerOf(cookies)
}

/** Opens a page, keeps its cookies, and answers where it sends the browser. */
async function redirectFrom(url, cookies) {
  // Not `fetch`, which says of itself that it is no navigation.
  const opened = request(url, { headers: { ...navigation, Cookie: headerOf(cookies) } }).end()
  const [answer] = await once(opened, 'response')
  answer.resume()
  const { location, 'set-cookie': lines = [] } = answer.headers
  if (!location) throw new Error(`${url} answered ${answer.statusCode} and no redirect`)
  for (const line of lines) keep(cookies, line)
  return new URL(location, url).href
}

function keep(cookies, line) {
  const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
  // Both kits clear a cookie by setting it to nothing.
  if (value === '') cookies.delete(name)
  else cookies.set(name, value)
}

function headerOf(cookies) {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}
