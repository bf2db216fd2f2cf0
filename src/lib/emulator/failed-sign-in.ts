import { isObject } from '../ground/is-object.ts'
import { signInPath } from './oauth/hosted/form.ts'
import type { Answer, Call } from './server/call.ts'

/** The paths of a sign-in, in order. */
const signInPaths = new Set(['/oauth/authorize', signInPath, '/oauth/token'])

/**
 * Returns a log line about a failed sign-in, with the reason. Returns nothing for any other
 * response.
 */
export function failedSignIn({ method, path }: Call, answer: Answer): string | undefined {
  if (!signInPaths.has(path)) return undefined
  const reason = answer.problem ?? reasonAtRedirect(answer) ?? reasonInBody(answer)
  return reason && `Sign-in failed at ${method} ${path}: ${reason}`
}

function reasonAtRedirect({ headers: { location } }: Answer): string | undefined {
  if (location === undefined) return undefined
  const { searchParams } = new URL(location)
  return reasonOf({
    error: searchParams.get('error'),
    error_description: searchParams.get('error_description'),
  })
}

function reasonInBody({ status, body }: Answer): string | undefined {
  if (status < 400 || typeof body !== 'string') return undefined
  try {
    return reasonOf(JSON.parse(body))
  } catch {
    return String(status)
  }
}

function reasonOf(answer: unknown): string | undefined {
  if (!isObject(answer) || typeof answer.error !== 'string') return undefined
  return typeof answer.error_description === 'string'
    ? `${answer.error} (${answer.error_description})`
    : answer.error
}
