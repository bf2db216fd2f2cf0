import { path } from '../ground/fields.ts'
import { type Read, type RootScope, readGroup } from './group.ts'

/** The reader of each option of `paths`. */
export const pathReaders = {
  login: (value: unknown = '/login'): string => path(value),
  callback: (value: unknown = '/callback'): string => path(value),
  logout: (value: unknown = '/logout'): string => path(value),
  me: (value: unknown = '/me'): string => path(value),
  webhooks: (value: unknown = '/webhooks'): string => path(value),
  interceptors: (value: unknown = '/interceptors'): string => path(value),
  backchannelLogout: (value: unknown = '/backchannel-logout'): string => path(value),
  organizations: (value: unknown = '/organizations'): string => path(value),
  portal: (value: unknown = '/portal'): string => path(value),
}

/** The kit's own routes, below the base path. */
export type Paths = Read<typeof pathReaders>

export function readPaths(value: unknown, scope: RootScope): Paths {
  const paths = readGroup('paths', value, pathReaders, scope)
  // Paths that could not be read are already in the report.
  const known = Object.values(paths)
    .filter((each) => each !== undefined)
    .map((each) => each.toLowerCase())
  const repeated = known.find((each, index) => known.indexOf(each) < index)
  if (repeated === undefined) return paths
  throw new Error(`must be different paths, but ${repeated} appears more than once`)
}

/** The path at which the kit is mounted. `''` for the root. */
export function basePath(value: unknown): string {
  return value === '' || value === '/' ? '' : path(value)
}
