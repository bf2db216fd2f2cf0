import express from 'express'
import { kit } from '../kit.mjs'
import { hello } from './body.mjs'

const { requireAuth, scalekitAuth } = await kit('index')

/** This package, mounted as its README has it. */
export function createApp(options) {
  const app = express().set('env', 'production')
  app.use(scalekitAuth(options))
  app.get('/app', requireAuth(), (req, res) => {
    res.json(hello(req.scalekit.user))
  })
  return app
}
