import {
  nonEmptyString,
  readFields,
  strings,
  trueOrFalse,
  unknownNames,
} from '../../ground/fields.ts'
import { isObject } from '../../ground/is-object.ts'
import type { Json } from '../../ground/types.ts'
import { type Answer, type Call, json } from '../server/call.ts'
import type { Route } from '../server/router.ts'
import { askFromPage } from './ask-page.ts'
import { type DirectoryEditor, directoryEditor, findDirectory } from './editor.ts'
import { DirectoryError } from './error.ts'
import { directoryPage } from './page.ts'
import { addFromPage, changeFromPage } from './page-forms.ts'

/** The path below which directories are edited. Scalekit has none: its directories speak SCIM. */
export const directoriesPath = '/emulator/directories/'

const memberPath = '/groups/{id?}/members/{member?}'

type Operation = (directory: DirectoryEditor, call: Call, id: string, memberId: string) => Answer

type Page = (directory: DirectoryEditor, call: Call, organizationName: string) => Answer

export const directoryRoutes: readonly Route[] = [
  pageAt('', directoryPage),
  below('POST', '', addFromPage),
  // The page's path may end with a slash.
  pageAt('/', directoryPage),
  below('POST', '/', addFromPage),
  below('GET', '/users', ({ users }) => json(200, users)),
  below('POST', '/users', (directory, call) =>
    json(201, directory.createUser(read(call, userFields, ['email', 'name']))),
  ),
  below('PATCH', '/users/{id?}', (directory, call, id) =>
    json(200, directory.updateUser(id, read(call, userFields))),
  ),
  edit('DELETE', '/users/{id?}', (directory, id) => directory.deleteUser(id)),
  below('GET', '/users/{id?}', askFromPage),
  below('POST', '/users/{id?}', changeFromPage),
  below('GET', '/groups', ({ groups }) => json(200, groups)),
  below('POST', '/groups', (directory, call) =>
    json(201, directory.createGroup(read(call, groupFields, ['displayName']))),
  ),
  below('PATCH', '/groups/{id?}', (directory, call, id) =>
    json(200, directory.updateGroup(id, read(call, groupFields))),
  ),
  edit('DELETE', '/groups/{id?}', (directory, id) => directory.deleteGroup(id)),
  edit('PUT', memberPath, (directory, id, userId) => directory.addMember(id, userId)),
  edit('DELETE', memberPath, (directory, id, userId) => directory.removeMember(id, userId)),
]

/** A route below {@link directoriesPath}. An empty id is one that no directory has: 404. */
function below(method: Route['method'], path: string, operation: Operation): Route {
  return {
    method,
    path: `${directoriesPath}{directory?}${path}`,
    answer: (state, call, { directory = '', id = '', member = '' }) =>
      withErrors(() => operation(directoryEditor(state, directory), call, id, member)),
  }
}

/** The page of a directory, which names its organization. */
function pageAt(path: string, show: Page): Route {
  return {
    method: 'GET',
    path: `${directoriesPath}{directory?}${path}`,
    answer: (state, call, { directory = '' }) =>
      withErrors(() => {
        const { displayName } = findDirectory(state, directory).organization
        return show(directoryEditor(state, directory), call, displayName)
      }),
  }
}

function withErrors(answer: () => Answer): Answer {
  try {
    return answer()
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    return json(error.status, { error: error.code, error_description: error.message })
  }
}

/** A route that is answered without a body. */
function edit(
  method: Route['method'],
  path: string,
  apply: (directory: DirectoryEditor, id: string, memberId: string) => void,
): Route {
  return below(method, path, (directory, _call, id, memberId) => {
    apply(directory, id, memberId)
    return { status: 204, headers: { 'cache-control': 'no-store' }, body: '' }
  })
}

const userFields = {
  email: nonEmptyString,
  name: nonEmptyString,
  idpUserId: nonEmptyString,
  active: trueOrFalse,
  roles: (value: unknown) => strings(value),
  attributes: object,
}
const groupFields = { displayName: nonEmptyString, externalId: nonEmptyString }

type Fields = Readonly<Record<string, (value: unknown) => unknown>>
type Read<Shape extends Fields> = { readonly [Name in keyof Shape]: ReturnType<Shape[Name]> }

/** Reads the fields that the body has, and those that it must have. */
function read<Shape extends Fields, Required extends keyof Shape & string = never>(
  call: Call,
  fields: Shape,
  required: readonly Required[] = [],
): Partial<Read<Shape>> & Pick<Read<Shape>, Required> {
  const body = jsonBody(call)
  const problems = unknownNames(body, Object.keys(fields))
  const names = new Set([...required, ...Object.keys(fields).filter((name) => name in body)])
  const readers = [...names].map((name) => [name, () => fields[name]!(body[name])])
  const values = readFields<Read<Shape>>(Object.fromEntries(readers), problems)
  if (problems.length > 0) throw new DirectoryError(400, problems.join('; '))
  return values
}

/** Only a body of the type `application/json`: a form of another site cannot send that type. */
function jsonBody({ headers, body }: Call): Json {
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '')
  try {
    const value: unknown = isJson ? JSON.parse(body) : undefined
    return object(value)
  } catch {
    throw new DirectoryError(400, 'Send a JSON object as application/json')
  }
}

function object(value: unknown): Json {
  if (isObject(value)) return value
  throw new Error('must be an object')
}
