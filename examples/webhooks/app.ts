import { fileURLToPath } from 'node:url'
import express, { type Express } from 'express'
import { requireRole, type ScalekitAuthOptions, scalekitAuth } from 'express-scalekit'
import type { EventOf } from 'express-scalekit/webhooks'

/** The data of an event about a directory user who was added or changed. */
type DirectoryUser = EventOf<'organization.directory.user_created'>['data']

/** A person at a customer, as the directory last described them. */
interface Member {
  readonly organizationId: string
  readonly email: string
  readonly name: string
  readonly isActive: boolean
}

/** Keeps the members of each customer as its directory says; an admin sees their own. */
export function createApp(options: ScalekitAuthOptions = {}): Express {
  const members = memberTable()
  const app = express()

  app.use(
    scalekitAuth({
      ...options,
      webhooks: {
        ...options.webhooks,
        onDirectoryUserCreated: ({ data, occurred_at }) => members.put(data, occurred_at),
        onDirectoryUserUpdated: ({ data, occurred_at }) => members.put(data, occurred_at),
        onDirectoryUserDeleted: ({ data, occurred_at }) => members.remove(data.id, occurred_at),
      },
    }),
  )
  app.get('/members', requireRole('admin'), (req, res) => {
    res.json(members.of(req.scalekit.organizationId))
  })
  return app
}

/** Stands for your database. Events can arrive in any order, so the one that occurred last wins. */
function memberTable() {
  const rows = new Map<string, { readonly at: number; readonly member: Member | undefined }>()

  function write(id: string, occurredAt: string, member: Member | undefined): void {
    const at = Date.parse(occurredAt)
    if (at >= (rows.get(id)?.at ?? 0)) rows.set(id, { at, member })
  }

  return {
    put(user: DirectoryUser, occurredAt: string) {
      // Scalekit's schema promises `id` and `organization_id` only.
      const { organization_id: organizationId, email = '', name = email, active = true } = user
      write(user.id, occurredAt, { organizationId, email, name, isActive: active })
    },
    /** The row stays: without it, an older event that arrives later would restore the member. */
    remove: (id: string, occurredAt: string) => write(id, occurredAt, undefined),
    of: (organizationId: string | undefined): Member[] =>
      [...rows.values()].flatMap(({ member }) =>
        member && member.organizationId === organizationId ? [member] : [],
      ),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  createApp().listen(process.env.PORT ?? 3000)
}
