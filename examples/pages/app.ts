import type { IncomingMessage } from 'node:http'
import { fileURLToPath } from 'node:url'
import express, { type Express } from 'express'
import {
  type EmailPageTexts,
  requireAuth,
  type ScalekitAuthOptions,
  scalekitAuth,
} from 'express-scalekit'

const style = `
:root { --accent: #0a7d4f; --on-accent: #fff; --radius: 2rem }
@media (prefers-color-scheme: dark) { :root { --accent: #6fd6a8; --on-accent: #06281a } }
`

const german: EmailPageTexts = {
  lang: 'de',
  title: 'Anmelden',
  label: 'Geschäftliche E-Mail-Adresse',
  button: 'Weiter',
  or: 'oder',
  provider: 'Weiter mit {provider}',
  unknown: 'Wir kennen kein Unternehmen mit dieser Adresse. Ist sie richtig geschrieben?',
  unusable: 'Die Anmeldung Ihres Unternehmens ist zurzeit nicht verfügbar.',
  start: 'Zur Startseite',
}

/** German for browsers that ask for it first, English for all others. */
function textsFor({ headers }: IncomingMessage): EmailPageTexts | undefined {
  return /^de\b/i.test(headers['accept-language'] ?? '') ? german : undefined
}

/** The kit's own pages in this application's colors, and in two languages. */
export function createApp(options: ScalekitAuthOptions = {}): Express {
  const app = express()
  app.use(
    scalekitAuth({
      pages: { style, texts: textsFor },
      login: { providers: ['google'] },
      ...options,
    }),
  )
  app.get('/', requireAuth(), (_req, res) => {
    res.send('<form method="post" action="/logout"><button>Sign out</button></form>')
  })
  return app
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  createApp().listen(process.env.PORT ?? 3000)
}
