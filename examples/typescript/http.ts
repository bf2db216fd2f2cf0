import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { getAuth, type ScalekitAuthOptions, scalekitAuth } from 'express-scalekit'

/** For `createServer()` of `node:http`: without a framework, `req` has no `scalekit` in its type. */
export function createApp(options: ScalekitAuthOptions = {}): RequestListener {
  const auth = scalekitAuth(options)
  const account = auth.protect([], ({ scalekit }, res) => {
    res.end(`The account of ${scalekit.user.name}`)
  })

  return function handle(req, res) {
    auth(req, res, (error) => {
      if (error) fail(res)
      else if (req.url === '/account') account(req, res, () => fail(res))
      else greet(req, res)
    })
  }
}

function greet(req: IncomingMessage, res: ServerResponse): void {
  const principal = getAuth(req)
  res.end(principal.status === 'signed-in' ? `Hello ${principal.user.name}` : 'Hello')
}

function fail(res: ServerResponse): void {
  res.statusCode = 500
  res.end()
}
