import express from 'express'
import session, { MemoryStore } from 'express-session'

/** Express 5 with `express-session` in front, as its README has it. */
export function appWithSession(secret) {
  const app = express().set('env', 'production')
  const store = new MemoryStore()
  return app.use(session({ secret, store, resave: false, saveUninitialized: false }))
}
