import { fileURLToPath } from 'node:url'
import express, { type Express } from 'express'
import { requireOrganization, type ScalekitAuthOptions, scalekitAuth } from 'express-scalekit'

/** A row of your own table of customers. */
export interface Tenant {
  /** Scalekit's id of the organization, `org_…`. */
  readonly id: string
  /** The subdomain, which is also the organization's external id at Scalekit. */
  readonly name: string
}

/** Every customer has a host of its own: `acme.app.example`, where the site is `app.example`. */
export function createApp(
  tenants: readonly Tenant[],
  site: URL,
  options: ScalekitAuthOptions = {},
): Express {
  const hostOf = ({ name }: Tenant) => `${name}.${site.host}`
  const app = express()
  app.use(
    scalekitAuth({
      ...options,
      baseUrl: tenants.map((tenant) => `${site.protocol}//${hostOf(tenant)}`),
      login: {
        resolve({ headers }) {
          const tenant = tenants.find((one) => hostOf(one) === headers.host)
          return tenant && { organizationId: tenant.id }
        },
      },
    }),
  )
  app.get('/', requireOrganization({ subdomainOf: site.hostname }), (req, res) => {
    res.type('text').send(`Hello ${req.scalekit.user?.name} of ${req.scalekit.organizationId}`)
  })
  return app
}

/** Stands for your database. */
const tenants: readonly Tenant[] = [
  { id: 'org_69615647365005430', name: 'acme' },
  { id: 'org_70087756662964366', name: 'globex' },
]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = process.env.PORT ?? 3000
  createApp(tenants, new URL(`http://localhost:${port}`)).listen(port)
}
