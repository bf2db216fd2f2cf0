import { startEmulator } from '../../dist/testing.js'
import { start } from './child.mjs'
import { resealed, tampered } from './cookies.mjs'
import { settings } from './settings.mjs'
import { signIn } from './sign-in.mjs'

const noCookie = [undefined]
/** Seals the sessions of both kits. */
const secret = 'a secret for this measurement and for nothing else'

/**
 * Starts every application in a process of its own, with one emulator for those that need it, and
 * signs in to them.
 *
 * @returns the application all are compared with, and the cases: a contender, what is sent to it,
 *   and the status that must be the answer
 */
export async function startContenders() {
  const [base, again, kit, openidConnect] = await Promise.all([
    listen(),
    listen(),
    listen(),
    listen(),
  ])
  const emulator = await startEmulator({
    redirectUris: [kit, openidConnect].map(({ url }) => `${url}/callback`),
  })
  const optionsOf = ({ url }) => ({ ...emulator.options, baseUrl: url, secret })
  await base.run('bare', {})
  await again.run('bare', {})
  await kit.run('kit', optionsOf(kit))
  await openidConnect.run('openid-connect', optionsOf(openidConnect))

  const cookie = await signIn(kit.url)
  const theirs = await signIn(openidConnect.url)
  const many = resealed(cookie, settings.manyCookies, optionsOf(kit))
  const cases = [
    // What this shows besides 1.00 is how much the machine disturbs a pair.
    caseOf('bare Express, again', again, 'no cookie', noCookie, 200),
    ...casesOf('express-scalekit', kit, cookie),
    caseOf('express-scalekit', kit, 'a new sealed cookie each time', many, 200),
    ...casesOf('express-openid-connect', openidConnect, theirs),
  ]
  return {
    base,
    cases,
    /** What it takes to ask the kit without a server. */
    session: { options: optionsOf(kit), cookie, many },
    stop: () => stopAll([base, again, kit, openidConnect], emulator),
  }
}

function casesOf(name, server, cookie) {
  return [
    caseOf(name, server, 'sealed cookie', [cookie], 200),
    caseOf(name, server, 'no cookie', noCookie, 401),
    caseOf(name, server, 'tampered cookie', [tampered(cookie)], 401),
  ]
}

function caseOf(contender, server, name, cookies, status) {
  return { contender, server, name, cookies, status }
}

async function listen() {
  const child = start('server.mjs')
  const { port } = await child.answer()
  return {
    url: `http://127.0.0.1:${port}`,
    run: (app, options) => child.ask({ app, options }),
    usage: () => child.ask({ usage: true }),
    stop: child.stop,
  }
}

async function stopAll(servers, emulator) {
  for (const server of servers) server.stop()
  await emulator.close()
}
