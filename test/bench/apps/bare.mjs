import express from 'express'
import { email, hello } from './body.mjs'

/** Express 5 with nothing in front of the route: what the others are compared with. */
export function createApp() {
  const app = express().set('env', 'production')
  app.get('/app', (_req, res) => {
    res.json(hello({ email }))
  })
  return app
}
