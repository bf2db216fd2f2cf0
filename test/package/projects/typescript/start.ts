import type { AddressInfo } from 'node:net'
import express from 'express'
import {
  type Principal,
  requireAuth,
  type ScalekitAuthOptions,
  type SignedIn,
  scalekitAuth,
} from 'express-scalekit'
import { type Emulator, startEmulator } from 'express-scalekit/testing'

declare module 'express-scalekit' {
  interface User {
    readonly plan?: string
  }
}

const options: ScalekitAuthOptions = {
  environmentUrl: 'https://acme.scalekit.com',
  clientId: 'skc_1',
  clientSecret: 'client_secret_of_a_test',
  secret: 'cookies_are_sealed_with_this_here',
}
const app = express()
const auth = scalekitAuth(options)
app.use(auth)
app.get('/', requireAuth(), (req, res) => {
  const principal: Principal = req.scalekit
  res.json({ email: principal.user?.email, plan: planOf(principal) })
})

function planOf(principal: Principal): string | undefined {
  const who: SignedIn | undefined = principal.status === 'signed-in' ? principal : undefined
  return who?.user.plan
}

const server = app.listen(0, async () => {
  const emulator: Emulator = await startEmulator()
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const { code } = (await answer.json()) as { code: string }
  console.log(answer.status, code)
  await emulator.close()
  await auth.close()
  server.closeAllConnections()
  server.close()
})
