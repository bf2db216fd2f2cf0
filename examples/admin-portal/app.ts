import { fileURLToPath } from 'node:url'
import express, { type Express } from 'express'
import { requireRole, type ScalekitAuthOptions, scalekitAuth } from 'express-scalekit'

/** Administrators of a customer set up single sign-on and the directory themselves. */
export function createApp(options: ScalekitAuthOptions = {}): Express {
  const app = express()

  // Each visit to /portal creates a link of its own, for the visitor's organization.
  app.use(scalekitAuth({ ...options, portal: { role: 'admin', ...options.portal } }))
  app.get('/settings', requireRole('admin'), (_req, res) => {
    res.type('html').send(settings)
  })
  return app
}

const settings = `<!doctype html>
<html lang="en">
<title>Settings</title>
<h1>Settings</h1>
<p><a href="/portal">Single sign-on and directory</a></p>
`

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  createApp().listen(process.env.PORT ?? 3000)
}
