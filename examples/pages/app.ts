import { fileURLToPath } from 'node:url'
import express, { type Express } from 'express'
import { requireAuth, requireRole, type ScalekitAuthOptions, scalekitAuth } from 'express-scalekit'
import { french } from './french.ts'

const style = `
:root { --accent: #0a7d4f; --on-accent: #fff; --radius: 2rem }
@media (prefers-color-scheme: dark) { :root { --accent: #6fd6a8; --on-accent: #06281a } }
`

/** The kit's own pages with this application's name and colors, in three languages. */
export function createApp(options: ScalekitAuthOptions = {}): Express {
  const app = express()
  app.use(
    scalekitAuth({
      pages: {
        name: 'Initech',
        supportUrl: 'mailto:help@initech.example',
        style,
        // English and German are the kit's. One text of them is other here.
        texts: { fr: french, de: { email: { label: 'Ihre E-Mail-Adresse in der Firma' } } },
      },
      login: {
        providers: ['google'],
        onLogin: ({ identity }) =>
          identity.email?.startsWith('alan@')
            ? { deny: { reason: 'no seat left', message: 'All seats of your plan are taken.' } }
            : undefined,
      },
      ...options,
    }),
  )
  app.get('/', requireAuth(), (_req, res) => {
    res.send('<form method="post" action="/logout"><button>Sign out</button></form>')
  })
  app.get('/reports', requireRole('analyst'), (_req, res) => {
    res.send('Reports')
  })
  return app
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  createApp().listen(process.env.PORT ?? 3000)
}
