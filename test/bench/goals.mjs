/**
 * What the package promises, in × of bare Express or of express-openid-connect by CPU.
 *
 * Compared with express-openid-connect, it is the ratio of the two ratios to bare Express, as each
 * was sent cookies of its own.
 */
export function goalsFor(summaries) {
  const cpuOf = (contender, name) =>
    summaries.find((one) => one.contender === contender && one.name === name).cpu
  const kit = (name) => cpuOf('express-scalekit', name)
  const guarded = kit('sealed cookie')
  const others = cpuOf('express-openid-connect', 'sealed cookie')
  return [
    goal('guarded', 0.8, 'bare Express', guarded),
    goal(
      'guarded, a new cookie each time',
      0.8,
      'bare Express',
      kit('a new sealed cookie each time'),
    ),
    goal(
      'guarded, in express-session',
      0.95,
      'express-session alone',
      kit('express-session, × it alone'),
    ),
    goal('guarded', 3, 'express-openid-connect', guarded / others),
    ...bearerGoals(cpuOf),
    goal('refused without a cookie', 0.9, 'bare Express', kit('no cookie')),
    goal('refused with a tampered cookie', 0.9, 'bare Express', kit('tampered cookie')),
  ]
}

/** An access token by RS256; the peer verifies each anew, and so does the kit when it is new. */
function bearerGoals(cpuOf) {
  const [first, seen] = ['access token, first seen', 'access token, seen']
  const kit = (name) => cpuOf('express-scalekit', name)
  const timesThePeer = (name) => kit(`${name}, × that peer`)
  return [
    goal(first, 0.72, 'bare Express', kit(first)),
    goal(seen, 0.93, 'bare Express', kit(seen)),
    goal(first, 1.15, 'express-oauth2-jwt-bearer', timesThePeer(first)),
    goal(seen, 1.5, 'express-oauth2-jwt-bearer', timesThePeer(seen)),
    goal('no cookie and no token', 0.95, 'bare Express', kit('no cookie and no token')),
  ]
}

/** What verifying and parsing a webhook may cost, in × of what nobody can leave out, and of others. */
export function webhookGoalsFor(costs) {
  const ratioOf = (name) => costs.find((cost) => cost.name === name).ratio
  const kit = ratioOf('express-scalekit')
  return [
    goal('webhook of 1 KiB', 0.9, 'createHmac and JSON.parse alone', kit),
    goal('webhook of 1 KiB', 2, 'standardwebhooks', kit / ratioOf('standardwebhooks')),
    goal('webhook of 1 KiB', 2, 'svix', kit / ratioOf('svix')),
  ]
}

/**
 * What a call of the management API may cost, in × of plain `http.request` and of Scalekit's SDK.
 *
 * Five times the SDK's calls are meant where that can be: with one organization `http.request`
 * makes more than six times as many, with a list of ten it falls short of five itself.
 */
export function managementGoalsFor(costs) {
  const of = (name, call) => costs.find((cost) => cost.name === name && cost.call === call)
  const timesTheSdk = (what, call) =>
    of('express-scalekit', call)[what] / of('@scalekit-sdk/node', call)[what]
  return [
    ...['one organization', 'ten organizations'].flatMap((call) => [
      goal(`calls in a second, ${call},`, 0.8, 'http.request', of('express-scalekit', call).calls),
      goal(`calls for the same CPU, ${call},`, 4, '@scalekit-sdk/node', timesTheSdk('cpu', call)),
    ]),
    goal(
      'calls in a second, one organization,',
      5,
      '@scalekit-sdk/node',
      timesTheSdk('calls', 'one organization'),
    ),
  ]
}

/** How long a test waits for a user who is signed in. */
export function testSignInGoalsFor(costs) {
  const slowest = Math.max(...costs.map(({ medianMs }) => medianMs))
  return [{ text: 'signIn() of a test ≤ 4 ms', reached: slowest, isMet: slowest <= 4 }]
}

function goal(what, least, of, reached) {
  return { text: `${what} ≥ ${least.toFixed(2)} × ${of}`, reached, isMet: reached >= least }
}
