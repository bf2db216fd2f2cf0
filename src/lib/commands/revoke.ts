import type { ParseArgsConfig } from 'node:util'
import { type RevokeOptions, type RevokeTarget, targetIn } from '../auth/revoke.ts'
import { assertNoMore, parseArguments, UsageError } from './arguments.ts'
import { type OpenStore, storeOptions, withStore } from './open-store.ts'
import { revokeIn, type ScalekitValues, scalekitFrom } from './revoke-in.ts'

const options = {
  ...storeOptions,
  all: { type: 'boolean', default: false },
  user: { type: 'string' },
  organization: { type: 'string' },
  email: { type: 'string' },
  session: { type: 'string' },
  sid: { type: 'string' },
  'at-scalekit': { type: 'boolean', default: false },
  issuer: { type: 'string' },
} satisfies ParseArgsConfig['options']

/** The values of the options. */
type Values = ReturnType<typeof parseArguments<typeof options>>['values']

/** Ends sessions of a store: those of a target, or all, as after a restore from a backup. */
export async function revoke(args: readonly string[]): Promise<void> {
  const { positionals, values } = parseArguments(args, options)
  assertNoMore(positionals)
  const target = namedBy(values)
  if (target === 'everyone') {
    assertForAll(values)
    await withStore(values, endAll)
    return
  }
  const { issuer, 'at-scalekit': atScalekit } = values
  assertTarget(target)
  if (atScalekit) assertAtScalekit(target)
  // Before the store is opened: without these, no session is ended.
  const scalekit = scalekitFrom({ atScalekit, ...(issuer === undefined ? {} : { issuer }) })
  await withStore(values, (opened) => end(opened, scalekit, target, { atScalekit }))
}

async function endAll({ store, place }: OpenStore): Promise<void> {
  await store.revocations.beginEpoch!()
  console.log(`All sessions in ${place} are over: every user has to sign in again.`)
}

async function end(
  { store, place }: OpenStore,
  scalekit: ScalekitValues,
  target: RevokeTarget,
  how: Required<Pick<RevokeOptions, 'atScalekit'>>,
): Promise<void> {
  await revokeIn(store, scalekit)(target, how)
  const whose = `of this ${Object.keys(target).join(' and ')}`
  console.log(
    `The sessions ${whose} are over in ${place}${how.atScalekit ? ', and at Scalekit' : ''}.`,
  )
}

/** The options that name a target, by the members of `auth.revoke`. */
const members = {
  user: 'userId',
  organization: 'organizationId',
  email: 'email',
  session: 'sessionId',
  sid: 'sid',
} as const

function namedBy(values: Values): RevokeTarget {
  const given = Object.entries(members).flatMap(([option, member]) => {
    const value = values[option as keyof typeof members]
    return value === undefined ? [] : [[member, value]]
  })
  if (given.length > 0 && !values.all) return Object.fromEntries(given) as RevokeTarget
  if (given.length === 0 && values.all) return 'everyone'
  throw new UsageError(
    values.all
      ? '--all ends every session of the store, so it cannot be combined with a target.'
      : 'Say whose sessions: --user, --sid, --session, --organization, --email with --organization, or --all for every session of the store.',
  )
}

/** Before the store is opened. */
function assertTarget(target: RevokeTarget): void {
  try {
    targetIn(target)
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

function assertForAll(values: Values): void {
  const extra = (['at-scalekit', 'issuer'] as const).find((name) => values[name])
  if (extra) throw new UsageError(`--${extra} cannot be combined with --all.`)
}

function assertAtScalekit(target: RevokeTarget): void {
  const { userId = '', sid = '' } = target as Readonly<Record<string, string>>
  if (userId.startsWith('usr_') || sid.startsWith('ses_')) return
  throw new UsageError(
    '--at-scalekit needs --user usr_… or --sid ses_…: its API can end no other sessions.',
  )
}
