import { goToSignIn } from './session.ts'

/** A problem document, RFC 9457: what guards and the API respond with when they refuse. */
export interface Problem {
  readonly status: number
  readonly code?: string
  readonly detail?: string
  /** Present where a sign-in would help. */
  readonly loginUrl?: string
}

export class ApiError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail ?? `The API returned ${problem.status}`)
    this.problem = problem
  }
}

/** Calls the API. A 401 becomes a sign-in that comes back to this page. */
export async function callApi<Body>(path: string, init?: RequestInit): Promise<Body> {
  const response = await fetch(path, init)
  if (response.ok) return response.json()
  const problem = await problemOf(response)
  if (problem.status === 401 && problem.loginUrl) return goToSignIn(problem.loginUrl)
  throw new ApiError(problem)
}

async function problemOf(response: Response): Promise<Problem> {
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { ...(isJson ? await response.json() : {}), status: response.status }
}
