import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import connect from 'connect'
import { getAuth, requireAuth, scalekitAuth } from 'express-scalekit'

const auth = scalekitAuth({
  environmentUrl: 'https://acme.scalekit.com',
  clientId: 'skc_1',
  clientSecret: 'client_secret_of_a_test',
  secret: 'cookies_are_sealed_with_this_here',
})
const app = connect()
app.use(auth)
app.use('/', requireAuth())
app.use('/', (req, res) => res.end(getAuth(req).user?.email))

const server = createServer(app).listen(0, async () => {
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const { code } = (await answer.json()) as { code: string }
  console.log(answer.status, code)
  await auth.close()
  server.closeAllConnections()
  server.close()
})
