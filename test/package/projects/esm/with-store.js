import express from 'express'
import { requireAuth, scalekitAuth } from 'express-scalekit'
import session from 'express-session'

const app = express()
const auth = scalekitAuth({
  environmentUrl: 'https://acme.scalekit.com',
  clientId: 'skc_1',
  clientSecret: 'client_secret_of_a_test',
  secret: 'cookies_are_sealed_with_this_here',
  session: { store: new session.MemoryStore() },
})
app.use(auth)
app.get('/session', (req, res) => res.send(typeof req.session))
app.get('/', requireAuth(), (_req, res) => res.send('in'))

const server = app.listen(0, async () => {
  const url = `http://127.0.0.1:${server.address().port}`
  const answer = await fetch(url)
  const { code } = await answer.json()
  console.log(answer.status, code, await (await fetch(`${url}/session`)).text())
  await auth.close()
  server.closeAllConnections()
  server.close()
})
