import { requestWith, resealed, tampered } from './cookies.mjs'
import { kit } from './kit.mjs'
import { settings } from './settings.mjs'
import { best } from './statistics.mjs'

const { requireAuth, scalekitAuth } = await kit('index')

/**
 * What the kit itself costs a request, in microseconds, without a server around it: the best of
 * many batches, because over HTTP a difference of a few microseconds is lost in the noise. Batches
 * are short, or the garbage collector would spend the time on the requests that wait in them.
 */
const batches = 400
const requestsPerBatch = 100

process.once('message', ({ options, cookie, renewable }) => {
  const auth = scalekitAuth(options)
  const middleware = (req, res) => auth(req, res, () => {})
  const guarded = guardedBy(auth)
  const many = resealed(cookie, settings.manyCookies, options)
  const costs = {
    'middleware on a public route': costOf(middleware, [cookie]),
    'and guard, cookie seen lately': costOf(guarded, [cookie]),
    'and guard, seen lately, refresh token': costOf(guardedBy(scalekitAuth(renewable.options)), [
      renewable.cookie,
    ]),
    'and guard, cookie opened': costOf(guarded, many),
    'and guard, no cookie: 401': costOf(guarded, [undefined]),
    'and guard, tampered cookie: 401': costOf(guarded, [tampered(cookie)]),
    'scalekitAuth() itself': best(Array.from({ length: batches }, () => construction(options))),
  }
  process.send(costs, () => process.disconnect())
})

function guardedBy(auth) {
  const guard = requireAuth()
  return (req, res) => auth(req, res, () => guard(req, res, () => {}))
}

function costOf(handler, cookies) {
  let next = 0
  const nextRequest = () => requestWith(cookies[next++ % cookies.length])
  return best(Array.from({ length: batches }, () => batch(handler, nextRequest)))
}

function construction(options) {
  const startedAt = performance.now()
  scalekitAuth(options)
  return (performance.now() - startedAt) * 1000
}

/** Requests are made before the clock starts. */
function batch(handler, nextRequest) {
  const requests = Array.from({ length: requestsPerBatch }, nextRequest)
  const startedAt = performance.now()
  for (const { req, res } of requests) handler(req, res)
  return ((performance.now() - startedAt) * 1000) / requestsPerBatch
}
