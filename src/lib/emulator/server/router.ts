import type { State } from '../state/state.ts'
import { type Answer, type Call, json } from './call.ts'

/** One endpoint of the emulator. */
export interface Route {
  /** `*` is every method. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | '*'
  /**
   * A template with parameters in braces: `{id}` is one segment or a part of one, `{id?}` may be
   * empty too, and `{rest*}` goes on to the end of the path.
   */
  readonly path: string
  readonly answer: (state: State, call: Call, params: PathParams) => Answer | Promise<Answer>
}

/** The parameters of a path by their names, not decoded. */
export type PathParams = Readonly<Record<string, string>>

export type Router = (state: State, call: Call) => Answer | Promise<Answer>

/**
 * Answers a call by the first route with its method and path. Without one, a path that stands in
 * the table to the letter is 405, and any other is 501.
 */
export function createRouter(routes: readonly Route[]): Router {
  const patterns = routes.map((route) => [route, patternOf(route.path)] as const)
  return (state, call) => {
    for (const [{ method, answer }, pattern] of patterns) {
      const match = method === '*' || method === call.method ? pattern.exec(call.path) : null
      if (match) return answer(state, call, { ...match.groups })
    }
    const others = routes.filter(({ path }) => path === call.path).map(({ method }) => method)
    return others.length > 0 ? notAllowed(others.join(', ')) : notEmulated(call)
  }
}

const parameterPatterns: Readonly<Record<string, string>> = {
  '': '[^/]+',
  '?': '[^/]*',
  '*': '.*',
}

function patternOf(template: string): RegExp {
  const pattern = template.replace(
    /\{(\w+)([?*]?)\}|[^\w/]/g,
    (literal, name: string | undefined, kind: string) =>
      name === undefined ? `\\${literal}` : `(?<${name}>${parameterPatterns[kind]})`,
  )
  return new RegExp(`^${pattern}$`)
}

/** Never a 404, which would pass for Scalekit's own answer about something that is not there. */
function notEmulated({ method, path }: Call): Answer {
  return json(501, { error: 'not_emulated', error_description: `not emulated: ${method} ${path}` })
}

function notAllowed(allow: string): Answer {
  return json(405, { error: 'method_not_allowed', error_description: `Use ${allow}` }, { allow })
}
