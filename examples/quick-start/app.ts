import { fileURLToPath } from 'node:url'
import express, { type Express, type Request, type Response } from 'express'
import {
  requireAuth,
  requireOrganization,
  requireRole,
  type ScalekitAuth,
  type ScalekitAuthOptions,
  scalekitAuth,
} from 'express-scalekit'

/** The organizations that the start page offers to sign in to. */
export interface Customer {
  readonly id: string
  readonly displayName: string
  readonly domains: readonly string[]
  /** In place of your own table of who works for whom. */
  readonly people: readonly { readonly id: string }[]
}

/** A small product: a public start page, a page for each organization, and one for administrators. */
export function createApp(customers: readonly Customer[], options: ScalekitAuthOptions): Express {
  const app = express()
  const auth = scalekitAuth({
    // `/organizations` is a page here; the data for its switcher lies beside our own.
    paths: { organizations: '/api/organizations' },
    pages: {
      name: 'Quick start',
      language: 'en',
      texts: { en: { email: { unknown: `Use an address of ${domainsOf(customers)} here.` } } },
    },
    organizations: { of: ({ user }) => customersOf(user.id) },
    portal: { role: 'admin', embed: true, returnTo: '/welcome' },
    ...options,
  })
  app.use(auth)

  function customersOf(userId: string): Customer[] {
    return customers.filter(({ people }) => people.some(({ id }) => id === userId))
  }

  app.get('/api/customers', (_req, res) => {
    res.json(customers.map(({ id, displayName, domains }) => ({ id, displayName, domains })))
  })
  app.get(
    '/api/people',
    auth.protect<Request, Response>([], async ({ scalekit }, res) => {
      res.json(await peopleOf(auth.client.directory, scalekit.organizationId))
    }),
  )
  app.get('/welcome', requireAuth(), page)
  app.get('/organizations', requireAuth(), page)
  app.get('/organizations/:id', requireOrganization({ param: 'id' }), page)
  app.get('/admin', requireRole('admin'), page)
  app.use(express.static(publicFolder))
  app.get('/emulator', (_req, res) => res.redirect(String(options.environmentUrl)))
  // Every other address leads to the start page.
  app.use((_req, res) => res.redirect('/'))
  return app
}

function domainsOf(customers: readonly Customer[]): string {
  return customers.flatMap(({ domains }) => domains).join(' or ')
}

/** The people in the directory of an organization, as its administrators have them there. */
async function peopleOf(
  directories: ScalekitAuth['client']['directory'],
  organizationId: string | undefined,
): Promise<object[]> {
  if (organizationId === undefined) return []
  const { directory } = await directories.getPrimaryDirectoryByOrganizationId(organizationId)
  const details = { includeDetail: true }
  const people = []
  for await (const { name, email } of directories.users(organizationId, directory.id, details)) {
    people.push({ name, email })
  }
  return people
}

const publicFolder = fileURLToPath(new URL('public', import.meta.url))

/** One page for all of them: its script shows what `/me` says and what the address asks for. */
const page: express.RequestHandler = (_req, res) => {
  res.sendFile('index.html', { root: publicFolder })
}
