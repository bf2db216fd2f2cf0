import express from 'express'
import openidConnect from 'express-openid-connect'
import { hello } from './body.mjs'

/** express-openid-connect with the code flow and its default session: a sealed cookie. */
export function createApp({ environmentUrl, clientId, clientSecret, baseUrl, secret }) {
  const app = express().set('env', 'production')
  app.use(
    openidConnect.auth({
      issuerBaseURL: environmentUrl,
      clientID: clientId,
      clientSecret: clientSecret,
      clientAuthMethod: 'client_secret_post',
      baseURL: baseUrl,
      secret,
      authorizationParams: { response_type: 'code', scope: 'openid profile email' },
      authRequired: false,
      // Like the kit's answer to a program: 401 and not a redirect.
      errorOnRequiredAuth: true,
    }),
  )
  app.get('/app', openidConnect.requiresAuth(), (req, res) => {
    res.json(hello(req.oidc.user))
  })
  app.use((error, _req, res, _next) => {
    res.status(error.status ?? 500).json({ error: error.message })
  })
  return app
}
