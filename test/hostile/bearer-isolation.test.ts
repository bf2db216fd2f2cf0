import { describe, expect, it } from 'vitest'
import type { Middleware, ScalekitAuth } from '../../src/index.ts'
import { signIn } from '../../src/testing.ts'
import { showPrincipal } from '../support/application.ts'
import { type BearerApplication, startBearer } from '../support/bearer.ts'
import type { HostApp } from '../support/hosts.ts'
import { seededRandom } from '../support/random.ts'

/** The same seed makes the same cases; a failure names its own. */
const seed = Number(process.env.MUTATION_SEED ?? 1)
const cases = 300

const organizations = ['org_1001', 'org_2002', 'org_3003']
const credentials = ['session', 'user', 'organization-client', 'this-client'] as const
const kinds = ['user', 'organization-client', 'this-client'] as const
type Credential = (typeof credentials)[number]
type Kind = (typeof kinds)[number]

/** Whom routes accept; the first says nothing of it. */
const acceptLists: readonly (readonly Kind[] | undefined)[] = [
  undefined,
  ['user'],
  ['organization-client'],
  ['this-client'],
  ['user', 'organization-client'],
  [...kinds],
]
const guardNames = ['auth', 'organization', 'role', 'permission', 'scope', 'that'] as const
type GuardName = (typeof guardNames)[number]

/** Who is asking, and what of. */
interface Case {
  readonly credential: Credential
  /** Of the session or token. This client’s own token has none. */
  readonly organization: string
  readonly isHolder: boolean
  readonly guard: GuardName
  readonly accepts: number
  /** Whose route it is. */
  readonly asked: string
}

const pathOf = ({ guard, accepts, asked }: Pick<Case, 'guard' | 'accepts' | 'asked'>) =>
  `/${guard}/${accepts}/${asked}`

/** Each guard, with each list, for each organization. */
function mount(app: HostApp, auth: ScalekitAuth): void {
  const guardByPath = new Map<string, Middleware>()
  app.use(auth)
  for (const guard of guardNames) {
    for (const [accepts, list] of acceptLists.entries()) {
      for (const asked of organizations) {
        const path = pathOf({ guard, accepts, asked })
        const options = list === undefined ? {} : { accepts: list }
        const guards = {
          auth: auth.requireAuth(options),
          organization: auth.requireOrganization(asked, options),
          role: auth.requireRole('admin', options),
          permission: auth.requirePermission('orders:read', options),
          scope: auth.requireScope('orders', options),
          that: auth.requireThat(({ organizationId }) => organizationId === asked, {
            code: 'of_another_organization',
            accepts: list ?? ['user'],
          }),
        }
        guardByPath.set(path, guards[guard])
      }
    }
  }
  app.use((req, res, next) => guardByPath.get(req.url!)!(req, res, next))
  app.use(showPrincipal)
}

/** By the rules alone, whether the guard lets it pass. */
function expected({ credential, organization, isHolder, guard, accepts, asked }: Case): boolean {
  const kind = credential === 'session' ? 'user' : credential
  if (!(acceptLists[accepts] ?? ['user']).includes(kind)) return false
  const own = credential === 'this-client' ? undefined : organization
  if (guard === 'organization' || guard === 'that') return own === asked
  // Every session of this application has the scope.
  return guard === 'auth' || isHolder || (guard === 'scope' && credential === 'session')
}

async function headersFor(
  { app, keys, auth }: BearerApplication,
  { credential, organization, isHolder }: Case,
): Promise<Readonly<Record<string, string>>> {
  const [roles, permissions] = isHolder ? [['admin'], ['orders:read']] : [[], []]
  const scopes = isHolder ? ['orders'] : []
  const grants = { roles, permissions, scope: undefined, scopes }
  if (credential === 'session') {
    const described = { organization, roles: roles!, permissions: permissions! }
    const who = { email: 'ada@acme.example', ...described }
    return { cookie: (await signIn(auth, who, { app })).cookie }
  }
  const make = {
    user: keys.personsToken,
    'organization-client': keys.organizationToken,
    'this-client': keys.clientToken,
  }[credential]
  const oid = credential === 'this-client' ? {} : { oid: organization }
  return { authorization: `Bearer ${await make({ claims: { ...grants, ...oid } })}` }
}

describe(`organizations × credentials × guards (seed ${seed})`, () => {
  it('let in exactly who belongs, and show nothing of another organization', async () => {
    const application = await startBearer(
      { bearer: { accepts: kinds }, scopes: ['openid', 'orders'] },
      { mount },
    )
    const random = seededRandom(seed)
    const made = new Map<string, Readonly<Record<string, string>>>()
    const seen = { in: 0, out: 0 }
    for (let count = 0; count < cases; count += 1) {
      const one: Case = {
        credential: random.pick(credentials),
        organization: random.pick(organizations),
        isHolder: random.integer(2) === 0,
        guard: random.pick(guardNames),
        accepts: random.integer(acceptLists.length),
        asked: random.pick(organizations),
      }
      const name = `${one.credential} ${one.organization} ${one.isHolder}`
      const headers = made.get(name) ?? (await headersFor(application, one))
      made.set(name, headers)
      // On one connection, unlike supertest’s.
      const answer = await fetch(application.url + pathOf(one), { headers })
      const { status } = answer
      const body = (await answer.json()) as { organizationId?: string; status: unknown }
      const isIn = status === 200
      expect({ ...one, isIn, status, body }).toMatchObject({ isIn: expected(one) })
      seen[isIn ? 'in' : 'out'] += 1
      if (!isIn) {
        expect(status).toBe(403)
        continue
      }
      const own = one.credential === 'this-client' ? undefined : one.organization
      expect(body.organizationId).toBe(own)
      expect(body.status).toBe(/client/.test(one.credential) ? 'machine' : 'signed-in')
    }
    expect(Math.min(seen.in, seen.out)).toBeGreaterThan(cases / 10)
  })
})
