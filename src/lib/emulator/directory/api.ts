import { readFields, text, texts, trueOrFalse, unknownNames } from '../../ground/fields.ts'
import { isObject } from '../../ground/is-object.ts'
import type { Json } from '../../ground/types.ts'
import { type Answer, type Call, json } from '../server/call.ts'
import type { State } from '../state/state.ts'
import { type DirectoryEditor, directoryEditor } from './editor.ts'
import { DirectoryError } from './error.ts'
import { addFromPage, changeFromPage, directoryPage } from './page.ts'

/** Where directories are edited. Scalekit has no such address: its directories speak SCIM. */
export const directoriesPath = '/emulator/directories/'

/** Answers requests below {@link directoriesPath}, or nothing for what is not there. */
export function directoryApi(state: State, call: Call): Answer | undefined {
  const [directoryId = '', ...words] = call.path.slice(directoriesPath.length).split('/')
  const shape = words.map((word, index) => (index % 2 === 0 ? word : ':id')).join('/')
  const operation = operations.get(`${call.method} ${shape}`)
  const ids = words.filter((_, index) => index % 2 === 1)
  try {
    return operation?.(directoryEditor(state, directoryId), call, ids[0] ?? '', ids[1] ?? '')
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    return json(error.status, { error: 'not_edited', error_description: error.message })
  }
}

type Operation = (directory: DirectoryEditor, call: Call, id: string, memberId: string) => Answer

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['GET ', directoryPage],
  ['POST ', addFromPage],
  ['GET users', ({ users }) => json(200, users)],
  [
    'POST users',
    (directory, call) => json(201, directory.createUser(read(call, userFields, ['email', 'name']))),
  ],
  [
    'PATCH users/:id',
    (directory, call, id) => json(200, directory.updateUser(id, read(call, userFields))),
  ],
  ['DELETE users/:id', edit((directory, id) => directory.deleteUser(id))],
  ['POST users/:id', changeFromPage],
  ['GET groups', ({ groups }) => json(200, groups)],
  [
    'POST groups',
    (directory, call) => json(201, directory.createGroup(read(call, groupFields, ['displayName']))),
  ],
  [
    'PATCH groups/:id',
    (directory, call, id) => json(200, directory.updateGroup(id, read(call, groupFields))),
  ],
  ['DELETE groups/:id', edit((directory, id) => directory.deleteGroup(id))],
  ['PUT groups/:id/members/:id', edit((directory, id, userId) => directory.addMember(id, userId))],
  [
    'DELETE groups/:id/members/:id',
    edit((directory, id, userId) => directory.removeMember(id, userId)),
  ],
])

/** What is answered without a body. */
function edit(
  apply: (directory: DirectoryEditor, id: string, memberId: string) => void,
): Operation {
  return (directory, _call, id, memberId) => {
    apply(directory, id, memberId)
    return { status: 204, headers: { 'cache-control': 'no-store' }, body: '' }
  }
}

const userFields = {
  email: text,
  name: text,
  idpUserId: text,
  active: trueOrFalse,
  roles: (value: unknown) => texts(value),
  attributes: object,
}
const groupFields = { displayName: text, externalId: text }

type Fields = Readonly<Record<string, (value: unknown) => unknown>>
type Read<Shape extends Fields> = { readonly [Name in keyof Shape]: ReturnType<Shape[Name]> }

/** Reads what is there and what has to be. */
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

/** Only what says it is JSON: a form on a page of somebody else's cannot. */
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
