import express from 'express'
import { auth } from 'express-oauth2-jwt-bearer'
import { hello } from './body.mjs'

/** express-oauth2-jwt-bearer as its README has it. */
export function createApp({ environmentUrl, clientId }) {
  const app = express().set('env', 'production')
  app.use(auth({ issuerBaseURL: environmentUrl, audience: clientId }))
  app.get('/app', (req, res) => {
    res.json(hello(req.auth.payload))
  })
  return app
}
