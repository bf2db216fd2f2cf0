import { readFileSync } from 'node:fs'
import { optionNames } from '../../src/lib/config/config.ts'
import { root } from './manifest.ts'
import { documentedOptions, guardRows } from './reference.ts'

/** The page that is generated for coding agents: `examples/llms.txt`. */
export function llmsPage(): string {
  return `# express-scalekit

Enterprise sign-in through Scalekit for Express 4, Express 5 and Connect: sessions, guards, organizations, webhooks, admin portal, management API, and an emulator of Scalekit for tests. ESM; \`require()\` works on Node 20.19+, 22.12+ and 24+. Types are included. This file and the guides beside it need no network.

## Install and sign users in

npm install express express-scalekit

${block('js', 'examples/ten-lines.js')}
Environment variables: SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET, APP_BASE_URL, SCALEKIT_COOKIE_SECRET (both required in production), SCALEKIT_WEBHOOK_SECRET (with webhooks).
For development, \`npx express-scalekit emulator --webhook http://localhost:3000/webhooks\` prints all of them; start the application with \`node --env-file=.env app.js\`.

app.use(scalekitAuth()) must come before routes and guards. It serves /login, /callback, /logout, /me, /organizations, /backchannel-logout, and, when configured, /webhooks, /interceptors and /portal. Link to /login and /logout; do not fetch() them.

## Guards

${guardRows()
  .map(([name, text]) => `- ${name}: ${text}`)
  .join('\n')}

A page load without a session is redirected to /login, a refused form gets a page, any other request gets 401 or 403 as application/problem+json with \`code\`, \`hint\` and \`loginUrl\`.

In TypeScript, \`req.scalekit.user\` is defined only when \`req.scalekit.status === 'signed-in'\`. \`auth.protect([guards], handler)\` types it as signed in:

\`\`\`ts
import express from 'express'
import { scalekitAuth } from 'express-scalekit'

const app = express()
const auth = scalekitAuth()
app.use(auth)
app.get('/admin', auth.protect([auth.requireRole('admin')], (req, res) => res.send(req.scalekit.user.id)))
\`\`\`

\`req.scalekit\` has: status, user (id, email, name, …), organizationId, connectionId, roles, permissions, scopes, claims, sessionId, isStale, has({ role, permission, organization }), csrfToken(), accessToken({ minTtlSeconds }). On Connect use getAuth(req).

## Webhooks

\`\`\`js
import { scalekitAuth } from 'express-scalekit'

const auth = scalekitAuth({
  webhooks: {
    onDirectoryUserCreated: async ({ data, organization_id }) => {
      console.log('create', data.email, organization_id)
    },
    onDirectoryUserDeleted: async ({ data }) => {
      console.log('remove', data.email)
    },
  },
})
\`\`\`

A handler name is the event type in camel case: organization.directory.user_created is onDirectoryUserCreated. Event data has the names of the wire (given_name). Mount scalekitAuth() above body parsers. A handler that throws is retried by Scalekit; throw PermanentError from express-scalekit to stop that. Removed users are signed out by the kit itself.

## A test

\`\`\`js
import express from 'express'
import { requireAuth, scalekitAuth } from 'express-scalekit'
import { signIn, startEmulator } from 'express-scalekit/testing'

const emulator = await startEmulator()
const auth = scalekitAuth({ ...emulator.options, baseUrl: 'http://localhost:3000' })
const app = express()
app.use(auth)
app.get('/account', requireAuth(), (req, res) => res.send('Welcome'))

// for supertest: request(app).get('/account').set('Cookie', cookie)
const { cookie, headers, storageState } = await signIn(auth, 'ada@acme.example')
await signIn(auth, { email: 'eve@initech.example', organization: 'initech', roles: ['admin'] })
await emulator.close()
\`\`\`

signIn runs the callback's own code without a network. The second argument is the email address of a user of the emulator, or any user, described (then no emulator is needed). Options: { expired: true }, { revoked: true }, { authenticatedAt: Date.now() }, { organization }, and { app } if sessions are in an express-session of the application. It rejects as a sign-in would, e.g. with the code login_denied. fetch() cannot begin a sign-in at /login; use signIn.

emulator.deliver('organization.directory.user_created') sends a webhook to those who subscribed: emulator.subscribe({ url }).

The emulator has Acme (ada@acme.example is an admin) and Globex. examples/testing/README.md has whole tests for vitest, node:test, Jest and Playwright.

## Options of scalekitAuth()

${Object.keys(optionNames)
  .flatMap(documentedOptions)
  .filter(({ name }) => !(name in optionNames))
  .map(({ name, text, default: fallback }) => `- ${name} (default: ${fallback}): ${text}`)
  .join('\n')}

## More

examples/reference/README.md lists all events and error codes; examples/troubleshooting/README.md says what to do about each. Guides: ${guides.join(', ')}, each in examples/<name>/README.md.
`
}

const guides = [
  'first-customer',
  'production',
  'single-page-app',
  'organizations',
  'roles',
  'live',
  'webhooks',
  'admin-portal',
  'interceptors',
  'management',
  'pages',
  'hosts',
  'typescript',
  'testing',
  'emulator',
  'troubleshooting',
  'reference',
]

function block(language: string, file: string): string {
  return `\`\`\`${language}\n${readFileSync(root(file), 'utf8')}\`\`\`\n`
}
