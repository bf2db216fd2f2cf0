import { createHash, randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import express, { type Express } from 'express'
import { type AuthenticatedUser, ScalekitClient } from 'express-scalekit/client'
import session from 'express-session'

declare module 'express-session' {
  interface SessionData {
    /** The sign-in that this browser has begun. */
    attempt: { readonly state: string; readonly nonce: string; readonly codeVerifier: string }
    user: AuthenticatedUser
  }
}

/** Signs in without the kit's routes: state, nonce, PKCE and the session are kept here. */
export function createApp(scalekit: ScalekitClient, baseUrl: string, secret: string): Express {
  const redirectUri = `${baseUrl}/callback`
  const cookie = { sameSite: 'lax', secure: baseUrl.startsWith('https:') } as const
  const app = express()
  app.use(session({ secret, cookie, resave: false, saveUninitialized: false }))

  app.get('/login', (req, res) => {
    const [state, nonce, codeVerifier] = [random(), random(), random()]
    req.session.attempt = { state, nonce, codeVerifier }
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url')
    const organizationId = String(req.query.organization_id ?? '')
    const options = { organizationId, state, nonce, codeChallenge }
    res.redirect(scalekit.getAuthorizationUrl(redirectUri, options))
  })

  app.get('/callback', async (req, res, next) => {
    const { attempt } = req.session
    // An attempt is good for one callback.
    delete req.session.attempt
    const { code, state, error } = req.query
    if (!attempt || state !== attempt.state) return void res.status(400).send('Please start again.')
    if (error !== undefined) return void res.status(403).send('The sign-in was refused.')
    const { codeVerifier, nonce } = attempt
    const { user } = await scalekit.authenticateWithCode(String(code), redirectUri, {
      codeVerifier,
      nonce,
    })
    // An attacker may know the session id from before the sign-in.
    req.session.regenerate((failure) => {
      if (failure) return next(failure)
      req.session.user = user
      res.redirect('/')
    })
  })

  app.get('/', (req, res) => {
    const { user } = req.session
    if (user) res.type('text').send(`Hello ${user.name} of ${user.organizationId}`)
    else res.status(401).type('text').send('Open /login?organization_id=… to sign in')
  })
  return app
}

function random(): string {
  return randomBytes(32).toString('base64url')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET } = process.env
  const scalekit = new ScalekitClient(
    SCALEKIT_ENVIRONMENT_URL!,
    SCALEKIT_CLIENT_ID!,
    SCALEKIT_CLIENT_SECRET!,
  )
  const { PORT = '3000', SESSION_SECRET = random() } = process.env
  createApp(scalekit, `http://localhost:${PORT}`, SESSION_SECRET).listen(Number(PORT))
}
