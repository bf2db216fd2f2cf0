import type { State } from '../state/state.ts'
import { type Answer, type Call, json } from './call.ts'

/** One endpoint of the emulator. `Context` is the state from which it responds. */
export interface Route<Context = State> {
  /** `*` matches every method. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | '*'
  /**
   * A template with parameters in braces: `{id}` is one segment or a part of one, `{id?}` may also
   * be empty, and `{rest*}` matches the rest of the path.
   */
  readonly path: string
  readonly answer: (context: Context, call: Call, params: PathParams) => Answer | Promise<Answer>
}

/** The parameters of a path by name, not decoded. */
export type PathParams = Readonly<Record<string, string>>

export type Router<Context = State, Other = Answer> = (
  context: Context,
  call: Call,
) => Answer | Promise<Answer> | Other

/**
 * Answers a call by the first route with its method and path. A path that only has routes with
 * other methods is a 405. `otherwise` answers all other paths.
 */
export function createRouter<Context, Other>(
  routes: readonly Route<Context>[],
  otherwise: (call: Call) => Other,
): Router<Context, Other> {
  const patterns = routes.map((route) => [route, patternOf(route.path)] as const)
  return (context, call) => {
    for (const [{ method, answer }, pattern] of patterns) {
      const match = method === '*' || method === call.method ? pattern.exec(call.path) : null
      if (match) return answer(context, call, { ...match.groups })
    }
    const others = patterns.filter(([, pattern]) => pattern.test(call.path))
    const methods = [...new Set(others.map(([{ method }]) => method))]
    return methods.length > 0 ? notAllowed(methods.join(', ')) : otherwise(call)
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

function notAllowed(allow: string): Answer {
  return json(405, { error: 'method_not_allowed', error_description: `Use ${allow}` }, { allow })
}
