import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type Provider from 'oidc-provider'
import { membersAt, subjectOf } from './people.ts'

/** The page where somebody says who they are, or that they do not want to. */
export async function signInPage(
  provider: Provider,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(req, res)
  const people = membersAt(params)
  if (req.method !== 'POST') {
    res.end(people.map(({ email }) => `<button name="email" value="${email}">`).join('\n'))
    return
  }
  const email = new URLSearchParams(await text(req)).get('email')
  const member = people.find((person) => person.email === email)
  const result = member
    ? { login: { accountId: subjectOf(member), amr: [member.connectionId] } }
    : { error: 'access_denied', error_description: 'Nobody signed in' }
  await provider.interactionFinished(req, res, result)
}
