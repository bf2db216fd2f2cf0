import { type Kind, objectOf } from '../world/kinds.ts'
import type { PersonSeed } from '../world/seed.ts'
import { personKinds, text, yesOrNo } from '../world/seed-kinds.ts'
import { bodyAs } from './call-body.ts'
import type { MemberChanges } from './people.ts'
import { type ControlRoute, control } from './route.ts'

/** Routes for people and their sessions. `{person}` is an email address or an id. */
export const peopleRoutes: readonly ControlRoute[] = [
  control('GET /people', 'The people, each with an `organizationId`.', ({ controls }, { query }) =>
    controls.people(organizationIn(query)),
  ),
  control(
    'POST /people',
    'Adds a person, as in a seed, to the organization with this `organizationId`.',
    ({ controls }, call) => {
      const { organizationId, ...person } = bodyAs(newPersonKind, call)
      return controls.addPerson(organizationId, person)
    },
    201,
  ),
  control(
    'PATCH /people/{person}',
    'Changes a person; `{"active":false}` deactivates.',
    ({ controls }, call, { person = '' }) =>
      controls.updatePerson(person, bodyAs(changesKind, call), organizationIn(call.query)),
  ),
  ...[false, true].map((active) =>
    control(
      `POST /people/{person}/${active ? 'activate' : 'deactivate'}`,
      active ? 'Lets the person sign in again.' : 'The person cannot sign in any more.',
      ({ controls }, { query }, { person = '' }) =>
        controls.updatePerson(person, { active }, organizationIn(query)),
    ),
  ),
  control(
    'DELETE /people/{person}',
    'Removes a person.',
    ({ controls }, { query }, { person = '' }) =>
      controls.removePerson(person, organizationIn(query)),
  ),
  control('GET /sessions', 'The sessions, oldest first.', ({ controls }) => controls.sessions),
  control(
    'DELETE /sessions/{session}',
    'Ends a session as an administrator does.',
    ({ controls }, _call, { session = '' }) => controls.endSession(session),
  ),
]

/** Returns the organization of `?organizationId=`, given by its id or external id. */
function organizationIn(query: URLSearchParams): string | undefined {
  return query.get('organizationId') ?? undefined
}

interface NewPerson extends PersonSeed {
  readonly organizationId: string
}
const newPersonKind = objectOf<NewPerson>({ ...personKinds, organizationId: text }, [
  'organizationId',
  'email',
  'name',
])
const { id: _id, groups: _groups, refusal: _refusal, ...changeable } = personKinds
const changesKind: Kind<MemberChanges> = objectOf<MemberChanges>({
  ...changeable,
  active: yesOrNo,
})
