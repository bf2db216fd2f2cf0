import { startEmulator } from '../../dist/testing.js'
import { start } from './child.mjs'
import { resealed, tampered } from './cookies.mjs'
import { settings } from './settings.mjs'
import { signIn, visit } from './sign-in.mjs'
import { startIssuer } from './tokens.mjs'

const noCookie = [undefined]
/** Seals the sessions of both kits. */
const secret = 'a secret for this measurement and for nothing else'
/** Sign-ins get a refresh token, so authority has an age that every request compares with the clock. */
const renewable = { scopes: ['openid', 'email', 'profile', 'offline_access'] }
/** Longer than a measurement takes: authority stays young in it. */
const lifetimes = { accessTokenSeconds: 86_400 }

/**
 * Starts every application in a process of its own, with one emulator for those that need it, and
 * signs in to them.
 *
 * @returns the cases: a contender, what is sent to it, the status that must be the answer, and the
 *   application it is compared with, bare Express unless the name says another
 */
export async function startContenders() {
  const again = await startBeside('bare Express, again')
  const kit = await startBeside('express-scalekit')
  const renewing = await startBeside('express-scalekit')
  const peer = await startBeside('express-openid-connect')
  const inSession = await startBeside('express-scalekit', { baseApp: 'express-session' })
  const byToken = await startBeside('express-scalekit')
  const tokenPeer = await startBeside('express-oauth2-jwt-bearer')
  const byHand = await startBeside('by hand')
  const emulator = await startEmulator({
    lifetimes,
    redirectUris: [kit, renewing, peer, inSession].map(({ server }) => `${server.url}/callback`),
  })
  const optionsOf = ({ server }) => ({ ...emulator.options, baseUrl: server.url, secret })
  await again.server.run('bare', {})
  await kit.server.run('kit', optionsOf(kit))
  await renewing.server.run('kit', { ...optionsOf(renewing), ...renewable })
  await peer.server.run('openid-connect', optionsOf(peer))
  await inSession.server.run('kit-in-session', optionsOf(inSession))

  const { clientId, clientSecret } = emulator.options
  const issuer = await startIssuer(clientId)
  const api = { environmentUrl: issuer.url, clientId, clientSecret, secret }
  await byToken.server.run('kit-bearer', { ...api, baseUrl: byToken.server.url })
  await tokenPeer.server.run('jwt-bearer', api)
  await byHand.server.run('bearer-by-hand', api)
  const tokens = { one: issuer.one(), many: issuer.many(settings.manyCookies) }

  const cookie = await signIn(kit.server.url)
  const renewableCookie = await signIn(renewing.server.url)
  const many = resealed(cookie, settings.manyCookies, optionsOf(kit))
  return {
    cases: [
      // What this shows besides 1.00 is how much the machine disturbs a pair.
      { ...again, name: 'no cookie', cookies: noCookie, status: 200 },
      ...casesOf(kit, cookie),
      {
        ...renewing,
        name: 'sealed cookie, refresh token',
        cookies: [renewableCookie],
        status: 200,
      },
      { ...kit, name: 'a new sealed cookie each time', cookies: many, status: 200 },
      {
        ...inSession,
        name: 'express-session, × it alone',
        cookies: [await signIn(inSession.server.url)],
        baseCookies: [await visit(inSession.base.url)],
        status: 200,
      },
      ...casesOf(peer, await signIn(peer.server.url)),
      ...tokenCasesOf(byToken, tokens),
      { ...byToken, name: 'no cookie and no token', cookies: noCookie, status: 401 },
      ...tokenCasesOf(tokenPeer, tokens),
      ...tokenCasesOf({ ...byToken, base: tokenPeer.server }, tokens, ', × that peer'),
      // How near to bare Express a guard can come on this machine.
      ...tokenCasesOf(byHand, tokens),
    ],
    /** What it takes to ask the kit without a server. */
    session: {
      options: optionsOf(kit),
      cookie,
      renewable: { options: { ...optionsOf(renewing), ...renewable }, cookie: renewableCookie },
    },
    stop() {
      issuer.close()
      const all = [again, kit, renewing, inSession, peer, byToken, tokenPeer, byHand]
      return stopServers(
        all.flatMap(({ base, server }) => [base, server]),
        emulator,
      )
    },
  }
}

/**
 * Starts the builds of several clones and signs in to each.
 *
 * @returns the cases of each but the first, which they are compared with, and what it takes to ask
 *   each without a server
 */
export async function startBuilds(folders) {
  const servers = await Promise.all(folders.map(({ kit }) => listen(kit)))
  const renewing = await Promise.all(folders.map(({ kit }) => listen(kit)))
  const redirectUris = [...servers, ...renewing].map(({ url }) => `${url}/callback`)
  const emulator = await startEmulator({ redirectUris, lifetimes })
  const builds = []
  for (const [index, { name, kit }] of folders.entries()) {
    const server = servers[index]
    const options = { ...emulator.options, baseUrl: server.url, secret }
    await server.run('kit', options)
    const cookie = await signIn(server.url)
    const session = { options, cookie, renewable: await renewableAt(renewing[index], options) }
    builds.push({ name, kit, server, session })
  }
  const [first, ...others] = builds
  return {
    builds,
    cases: others.flatMap((build) => casesBeside(first, build)),
    stop: () => stopServers([...servers, ...renewing], emulator),
  }
}

/** A session with a refresh token, and the options by which a build knows it. */
async function renewableAt(server, others) {
  const options = { ...others, ...renewable, baseUrl: server.url }
  await server.run('kit', options)
  return { options, cookie: await signIn(server.url) }
}

function casesBeside(base, { name, server, session }) {
  const ofBase = casesOf({}, base.session.cookie)
  return casesOf({ contender: name, server, base: base.server }, session.cookie).map(
    (one, index) => ({ ...one, baseCookies: ofBase[index].cookies, baseStatus: one.status }),
  )
}

function casesOf(contender, cookie) {
  return [
    { ...contender, name: 'sealed cookie', cookies: [cookie], status: 200 },
    { ...contender, name: 'no cookie', cookies: noCookie, status: 401 },
    { ...contender, name: 'tampered cookie', cookies: [tampered(cookie)], status: 401 },
  ]
}

/** The tokens are more than the kit remembers, too. */
function tokenCasesOf(contender, { one, many }, beside = '') {
  return [
    { ...contender, name: `access token, first seen${beside}`, cookies: many, status: 200 },
    { ...contender, name: `access token, seen${beside}`, cookies: [one], status: 200 },
  ]
}

/**
 * A process for a contender, and beside it a bare Express, or another application to compare
 * with, that will get exactly as many requests:
 * one that all contenders share would be the hottest of all, and so the fastest.
 */
async function startBeside(contender, { baseApp = 'bare', kit = '' } = {}) {
  const base = await listen()
  await base.run(baseApp, { secret })
  return { contender, base, server: await listen(kit) }
}

async function listen(kit) {
  const child = start('server.mjs', { kit })
  const { port } = await child.answer()
  return {
    url: `http://127.0.0.1:${port}`,
    run: (app, options) => child.ask({ app, options }),
    usage: () => child.ask({ usage: true }),
    stop: child.stop,
  }
}

async function stopServers(servers, emulator) {
  for (const server of servers) server.stop()
  await emulator.close()
}
