import { fileURLToPath } from 'node:url'
import express, { type Express } from 'express'
import {
  requireAuth,
  requireOrganization,
  requireRole,
  type ScalekitAuthOptions,
  scalekitAuth,
} from 'express-scalekit'

/** The organizations that the start page offers to sign in to. */
export interface Customer {
  readonly id: string
  readonly displayName: string
  readonly domains: readonly string[]
}

/** A small product: everybody sees the start page, members their organization, admins a bit more. */
export function createApp(customers: readonly Customer[], options?: ScalekitAuthOptions): Express {
  const app = express()
  app.use(scalekitAuth(options))

  app.get('/api/customers', (_req, res) => {
    res.json(customers)
  })
  app.get('/welcome', requireAuth(), page)
  app.get('/organizations/:id', requireOrganization({ param: 'id' }), page)
  app.get('/admin', requireRole('admin'), page)
  app.use(express.static(publicFolder))
  return app
}

const publicFolder = fileURLToPath(new URL('public', import.meta.url))

/** One page for all of them: its script shows what `/me` says and what the address asks for. */
const page: express.RequestHandler = (_req, res) => {
  res.sendFile('index.html', { root: publicFolder })
}
