import { requireAuth, scalekitAuth } from '../../../dist/index.js'
import { hello } from './body.mjs'
import { appWithSession } from './session.mjs'

/** This package in an application that has `express-session`. */
export function createApp(options) {
  const app = appWithSession(options.secret)
  app.use(scalekitAuth(options))
  app.get('/app', requireAuth(), (req, res) => {
    res.json(hello(req.scalekit.user))
  })
  return app
}
