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
  /** The last part of its address: `/o/acme`. */
  readonly slug: string
  readonly name: string
  readonly projects: string[]
}

/**
 * Every customer has its pages below its own address. A user who works for several customers
 * switches between them, and has the roles of the current one only.
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
  // A slug that no customer has selects no organization, and every user is refused.
  const ofAddress = requireOrganization(({ params }: Request) => bySlug(params.slug)?.id)

  app.get('/', (req, res) => {
    const customer = byId(req.scalekit.organizationId)
    if (customer) res.redirect(`/o/${customer.slug}`)
    else res.send(startPage())
  })
  app.get(
    '/o/:slug',
    auth.protect<Request, Response>([ofAddress], ({ params, scalekit }, res) => {
      // Only organizations of this browser: a list of all would reveal other customers.
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

/** Stands for your database. */
const customers: readonly Customer[] = [
  { id: 'org_69615647365005430', slug: 'acme', name: 'Acme', projects: ['Rocket skates'] },
  { id: 'org_70087756662964366', slug: 'globex', name: 'Globex', projects: ['Weather machine'] },
]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  createApp(customers).listen(process.env.PORT ?? 3000)
}
