import { nonEmptyString } from '../../ground/fields.ts'
import { switchDirectory } from '../directory/switch.ts'
import { type IdpInitiatedLogin, idpInitiatedLogin } from '../oauth/idp-initiated.ts'
import type { State } from '../state/state.ts'
import { type Kind, kind, nullOr, objectOf } from '../world/kinds.ts'
import type { OwnedDirectory } from '../world/organizations.ts'
import { organizationKind, text, texts, yesOrNo } from '../world/seed-kinds.ts'
import { bodyAs, jsonOf } from './call-body.ts'
import { ControlError, found } from './control-error.ts'
import { type OrganizationChanges, organizationWith } from './organizations.ts'
import { type ControlContext, type ControlRoute, control } from './route.ts'
import type { EmulatorState } from './saved-state.ts'
import type { HostedSignInOptions } from './sign-in.ts'

/** Routes for the whole emulator, organizations, and sign-ins. */
export const worldRoutes: readonly ControlRoute[] = [
  control('GET /health', 'Answers 200 as soon as the emulator is up.', ({ state }) => ({
    status: 'ok',
    url: state.issuer,
  })),
  control('POST /reset', 'Goes back to the seed. The signing keys stay.', ({ controls }) =>
    controls.reset(),
  ),
  control('GET /state', 'All that the emulator holds, with private keys.', ({ controls }) =>
    controls.exportState(),
  ),
  control('PUT /state', 'Replaces what the emulator holds.', ({ controls }, call) =>
    controls.importState(jsonOf(call) as EmulatorState),
  ),
  control('GET /clock', 'The emulator’s time.', clock),
  control('POST /clock/advance', 'Moves the clock by `seconds`.', (context, call) => {
    context.advance(bodyAs(advanceKind, call).seconds)
    return clock(context)
  }),
  control(
    'POST /keys/rotate',
    'Signs with a new key; with `{"overlap":false}` the old one is withdrawn at once.',
    ({ state }, call) => state.keys.rotate(bodyAs(rotateKind, call)),
  ),
  control(
    'POST /sign-ins',
    'Signs `email` in, for `authorizationUrl` or for `redirectUri`, and answers `location`, where the browser is sent.',
    ({ controls }, call) => {
      const { email, ...options } = bodyAs(signInKind, call)
      return controls.signIn(email, options)
    },
    201,
  ),
  control(
    'POST /idp-initiated-logins',
    'Begins a sign-in of `email` at the identity provider and answers `location`.',
    async ({ state }, call) => ({ location: await beginAtProvider(state, bodyAs(idpKind, call)) }),
    201,
  ),
  control('GET /organizations', 'The organizations.', ({ state }) => state.settings.organizations),
  control(
    'POST /organizations',
    'Adds an organization, as in a seed.',
    ({ controls }, call) => controls.addOrganization(bodyAs(organizationKind, call)),
    201,
  ),
  control(
    'GET /organizations/{organization}',
    'One, by its id or its external id.',
    ({ state }, _call, { organization = '' }) => organizationWith(state, organization),
  ),
  control(
    'PATCH /organizations/{organization}',
    'Changes `displayName`, `externalId`, `domains` or `{"connection":{"enabled":false}}`.',
    ({ controls }, call, { organization = '' }) =>
      controls.updateOrganization(organization, bodyAs(organizationChangesKind, call)),
  ),
  control(
    'DELETE /organizations/{organization}',
    'Removes it and ends its sessions.',
    ({ controls }, _call, { organization = '' }) => controls.removeOrganization(organization),
  ),
  control('GET /directories', 'The directories.', ({ state }) =>
    state.settings.organizations.flatMap(({ id, directory }) =>
      directory ? [{ id: directory.id, organizationId: id, enabled: directory.enabled }] : [],
    ),
  ),
  ...[true, false].map((enabled) =>
    control(
      `POST /directories/{directory}/${enabled ? 'enable' : 'disable'}`,
      enabled
        ? 'Switches the directory on and sends what changed meanwhile.'
        : 'Switches the directory off: it sends nothing until it is on again.',
      ({ state }, _call, { directory = '' }) => {
        const owned = ownedDirectory(state, directory)
        switchDirectory(state, owned, enabled)
        return { id: directory, organizationId: owned.organization.id, enabled }
      },
    ),
  ),
]

function clock({ controls, state }: ControlContext) {
  return { now: new Date(controls.now()).toISOString(), host: hostTime(state) }
}

/** The host's time, without the advance. Deliveries are signed with it. */
function hostTime({ settings }: State): string {
  return new Date(settings.clock()).toISOString()
}

async function beginAtProvider(state: State, who: IdpInitiatedLogin): Promise<string> {
  try {
    return await idpInitiatedLogin(state, who)
  } catch (error) {
    throw new ControlError('not_found', (error as Error).message)
  }
}

function ownedDirectory({ settings }: State, id: string): OwnedDirectory {
  const organization = settings.organizations.find(({ directory }) => directory?.id === id)
  return {
    organization: found(organization, `directory ${id}`),
    directory: found(organization?.directory, `directory ${id}`),
  }
}

const advanceKind = objectOf<{ readonly seconds: number }>(
  { seconds: kind(anyNumber, { type: 'number' }) },
  ['seconds'],
)
const rotateKind = objectOf<{ readonly overlap?: boolean }>({ overlap: yesOrNo })
const signInKind = objectOf<HostedSignInOptions & { readonly email: string }>(
  { email: text, authorizationUrl: text, redirectUri: text, organizationId: text },
  ['email'],
)
const idpKind = objectOf<IdpInitiatedLogin>(
  { email: text, organizationId: text, relayState: text },
  ['email'],
)
const enabledKind: Kind<{ readonly enabled: boolean }> = objectOf({ enabled: yesOrNo }, ['enabled'])
const organizationChangesKind = objectOf<OrganizationChanges>({
  displayName: text,
  externalId: nullOr(kind(nonEmptyString, {})),
  domains: texts,
  connection: enabledKind,
})

function anyNumber(value: unknown): number {
  if (typeof value === 'number') return value
  throw new Error('must be a number; negative numbers move the clock back')
}
