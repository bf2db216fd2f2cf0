import { hello, member } from './body.mjs'
import { appWithSession } from './session.mjs'

/** What an application does that keeps its user in the session itself. */
export function createApp({ secret }) {
  const app = appWithSession(secret)
  app.get('/login', (req, res) => {
    req.session.user = member
    res.redirect('/app')
  })
  app.get('/app', (req, res) => {
    if (req.session.user) res.json(hello(req.session.user))
    else res.status(401).json({ error: 'not signed in' })
  })
  return app
}
