// An application of Scalekit's own SDK: two calls of the management API, then the end of a sign-in.
import { Scalekit } from '@scalekit-sdk/node'

const { ENVIRONMENT_URL, CLIENT_ID, CLIENT_SECRET, CODE } = process.env
const scalekit = new Scalekit(ENVIRONMENT_URL, CLIENT_ID, CLIENT_SECRET)

for (const call of [
  () => scalekit.organization.listOrganization({ pageSize: 10 }),
  () => scalekit.connection.listConnections('org_69615647365005430'),
]) {
  try {
    await call()
    console.log('answered')
  } catch (error) {
    console.log(`${error.name}: ${error.message}`.replaceAll('\n', ' '))
  }
}
const { user } = await scalekit.authenticateWithCode(CODE, 'http://localhost:3000/callback')
console.log(`signed in ${user.email}`)
console.log('alive')
