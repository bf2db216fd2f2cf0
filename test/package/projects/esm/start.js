import express from 'express'
import { requireAuth, scalekitAuth } from 'express-scalekit'

const app = express()
const auth = scalekitAuth({
  environmentUrl: 'https://acme.scalekit.com',
  clientId: 'skc_1',
  clientSecret: 'client_secret_of_a_test',
  secret: 'cookies_are_sealed_with_this_here',
})
app.use(auth)
app.get('/', requireAuth(), (_req, res) => res.send('in'))

const server = app.listen(0, async () => {
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/`)
  const { code } = await answer.json()
  console.log(answer.status, code)
  await auth.close()
  server.closeAllConnections()
  server.close()
})
