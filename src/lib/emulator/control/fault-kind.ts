import { isObject } from '../../ground/is-object.ts'
import type { FaultRule } from '../state/faults.ts'
import { type Kind, kind, objectOf } from '../world/kinds.ts'
import { record, text } from '../world/seed-kinds.ts'

/** The members that determine the kind of a rule. */
const marks = [
  ...['status', 'hang', 'reset', 'answerLost'],
  ...['idToken', 'accessToken', 'tokenResponse', 'idpLogin', 'logoutToken'],
]
const ofRequests = new Set(['answerLost', 'status', 'hang', 'reset'])

interface GivenFault {
  readonly path?: string
  readonly method?: string
  readonly grantType?: string
  readonly times?: number
  readonly status?: number
  readonly headers?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly hang?: true
  readonly reset?: true
  readonly answerLost?: true
  readonly idToken?: Readonly<Record<string, unknown>>
  readonly accessToken?: Readonly<Record<string, unknown>>
  readonly tokenResponse?: Readonly<Record<string, unknown>>
  readonly idpLogin?: Readonly<Record<string, unknown>>
  readonly logoutToken?: Readonly<Record<string, unknown>>
}

const members = objectOf<GivenFault>({
  path: text,
  method: text,
  grantType: text,
  times: kind(times, {}),
  status: kind(httpStatus, { type: 'integer', minimum: 200, maximum: 599 }),
  headers: record,
  body: kind((value) => value, {}),
  hang: kind(onlyTrue, { const: true }),
  reset: kind(onlyTrue, { const: true }),
  answerLost: kind(onlyTrue, { const: true }),
  idToken: record,
  accessToken: record,
  tokenResponse: record,
  idpLogin: record,
  logoutToken: record,
})

/** A fault as JSON: as `emulator.fail` takes it, with `times: "always"` for `Infinity`. */
export const faultKind: Kind<FaultRule> = {
  schema: members.schema,
  read(value, at) {
    const fault = members.read(value, at)
    const given = marks.filter((name) => isObject(value) && name in value)
    // A lost response may be combined with `hang`.
    const isLost = given.join() === 'hang,answerLost'
    if (given.length !== 1 && !isLost)
      throw new Error(`must have exactly one of ${marks.join(', ')}`)
    if (ofRequests.has(given[0]!) && fault.path === undefined) {
      throw new Error('must have a `path`, such as /oauth/token')
    }
    return fault as FaultRule
  },
}

function times(value: unknown): number {
  if (value === 'always') return Number.POSITIVE_INFINITY
  if (Number.isSafeInteger(value) && Number(value) > 0) return Number(value)
  throw new Error('must be a whole number greater than 0, or "always"')
}

function httpStatus(value: unknown): number {
  if (Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599) return Number(value)
  throw new Error('must be a status from 200 to 599')
}

function onlyTrue(value: unknown): true {
  if (value === true) return value
  throw new Error('must be true')
}
