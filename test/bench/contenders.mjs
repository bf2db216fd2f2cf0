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
 * @returns the cases: a contender, what is sent to it, the status that must be the answer, and the
 *   bare Express it is compared with
 */
export async function startContenders() {
  const again = await startBeside('bare Express, again')
  const kit = await startBeside('express-scalekit')
  const peer = await startBeside('express-openid-connect')
  const emulator = await startEmulator({
    redirectUris: [kit, peer].map(({ server }) => `${server.url}/callback`),
  })
  const optionsOf = ({ server }) => ({ ...emulator.options, baseUrl: server.url, secret })
  await again.server.run('bare', {})
  await kit.server.run('kit', optionsOf(kit))
  await peer.server.run('openid-connect', optionsOf(peer))

  const cookie = await signIn(kit.server.url)
  const many = resealed(cookie, settings.manyCookies, optionsOf(kit))
  return {
    cases: [
      // What this shows besides 1.00 is how much the machine disturbs a pair.
      { ...again, name: 'no cookie', cookies: noCookie, status: 200 },
      ...casesOf(kit, cookie),
      { ...kit, name: 'a new sealed cookie each time', cookies: many, status: 200 },
      ...casesOf(peer, await signIn(peer.server.url)),
    ],
    /** What it takes to ask the kit without a server. */
    session: { options: optionsOf(kit), cookie, many },
    stop: () => stopAll([again, kit, peer], emulator),
  }
}

function casesOf(contender, cookie) {
  return [
    { ...contender, name: 'sealed cookie', cookies: [cookie], status: 200 },
    { ...contender, name: 'no cookie', cookies: noCookie, status: 401 },
    { ...contender, name: 'tampered cookie', cookies: [tampered(cookie)], status: 401 },
  ]
}

/**
 * A process for a contender, and beside it a bare Express that will get exactly as many requests:
 * one that all contenders share would be the hottest of all, and so the fastest.
 */
async function startBeside(contender) {
  const base = await listen()
  await base.run('bare', {})
  return { contender, base, server: await listen() }
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

async function stopAll(contenders, emulator) {
  for (const { base, server } of contenders) {
    base.stop()
    server.stop()
  }
  await emulator.close()
}
