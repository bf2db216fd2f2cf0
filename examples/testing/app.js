import express from 'express'
import { requireAuth, requireOrganization, requireRole, scalekitAuth } from 'express-scalekit'

/** The application under test. Tests pass other options than production does, and nothing else. */
export function createApp(options = {}) {
  const members = new Map()
  const auth = scalekitAuth({
    ...options,
    webhooks: {
      ...options.webhooks,
      onDirectoryUserCreated: ({ data }) => members.set(data.id, data.email),
      onDirectoryUserDeleted: ({ data }) => members.delete(data.id),
    },
  })
  const app = express()
  app.use(auth)
  app.get('/account', requireAuth(), (req, res) => {
    res.json({ name: req.scalekit.user.name })
  })
  app.get(
    '/organizations/:id/members',
    requireOrganization({ param: 'id' }),
    requireRole('admin'),
    (_req, res) => {
      res.json([...members.values()])
    },
  )
  return { app, auth }
}
