/** The variables that are read, e.g. `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>

/** `NAME=` in a file of variables means that there is none. */
export function withoutEmpty(variables: Env): Env {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
}

export function isProduction(env: Env): boolean {
  return env.NODE_ENV === 'production'
}
