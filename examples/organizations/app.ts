import { fileURLToPath } from 'node:url'
import express, { type Express, type Request, type Response } from 'express'
import {
  requireAuth,
  requireOrganization,
  requireRole,
  type ScalekitAuthOptions,
  scalekitAuth,
} from 'express-scalekit'
import { projectsPage, startPage } from './pages.ts'

/** A row of your own table of customers. */
export interface Customer {
  /** Scalekit's id of the organization, `org_…`. */
  readonly id: string
  /** What its address is made of: `/o/acme`. */
  readonly slug: string
  readonly name: string
  readonly projects: string[]
}

/**
 * Every customer has its pages below its own address, for its own people. Whoever works for several
 * switches between them, and is in each of them what they are there.
 */
export function createApp(
  customers: readonly Customer[],
  options: ScalekitAuthOptions = {},
): Express {
  const app = express()
  const portal = { role: 'admin', embed: true }
  const auth = scalekitAuth({ portal, ...options })
  app.use(auth)
  app.use(express.urlencoded())

  const bySlug = (slug: unknown) => customers.find((customer) => customer.slug === slug)
  const byId = (id: unknown) => customers.find((customer) => customer.id === id)
  // A name that no customer has selects nothing, and then nobody gets in.
  const ofAddress = requireOrganization(({ params }: Request) => bySlug(params.slug)?.id)

  app.get('/', (req, res) => {
    const customer = byId(req.scalekit.organizationId)
    if (customer) res.redirect(`/o/${customer.slug}`)
    else res.send(startPage())
  })
  app.get(
    '/o/:slug',
    auth.protect<Request, Response>([ofAddress], ({ params, scalekit }, res) => {
      // Only those that were signed in to in this browser: a list of all would tell of others.
      const known = customers.filter(({ id }) => scalekit.authenticatedOrganizations.includes(id))
      res.send(projectsPage(bySlug(params.slug)!, known, scalekit))
    }),
  )
  app.post('/o/:slug/projects', ofAddress, requireRole('admin'), ({ params, body }, res) => {
    const name = String(body?.name ?? '').trim()
    if (name !== '') bySlug(params.slug)!.projects.push(name.slice(0, 80))
    res.redirect(303, `/o/${params.slug}`)
  })
  app.post('/switch', requireAuth(), async (req, res) => {
    const customer = bySlug(req.body?.slug)
    if (!customer) return void res.redirect(303, '/')
    await auth.switchOrganization(req, res, customer.id, { returnTo: `/o/${customer.slug}` })
  })
  return app
}

/** In place of your database. */
const customers: readonly Customer[] = [
  { id: 'org_69615647365005430', slug: 'acme', name: 'Acme', projects: ['Rocket skates'] },
  { id: 'org_70087756662964366', slug: 'globex', name: 'Globex', projects: ['Weather machine'] },
]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  createApp(customers).listen(process.env.PORT ?? 3000)
}
