import type { Request, Response } from 'express'
import type { ScalekitAuthOptions, SignedIn } from 'express-scalekit'

/** Calls another API as the user, with their own access token. */
export function reportsFor({
  environmentUrl = process.env.SCALEKIT_ENVIRONMENT_URL,
}: ScalekitAuthOptions) {
  const target = new URL('/userinfo', environmentUrl)
  return async function reports(
    { scalekit }: Request & { readonly scalekit: SignedIn },
    res: Response,
  ): Promise<void> {
    // Of a session it is renewed where it ends too soon; a client renews its own.
    const token = await scalekit.accessToken({ minTtlSeconds: 30 })
    const answer = await fetch(target, { headers: { authorization: `Bearer ${token}` } })
    res.status(answer.ok ? 200 : 502).json({ status: answer.status })
  }
}
