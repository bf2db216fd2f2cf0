import type { Clock } from '../../ground/clock.ts'
import type { EmulatedOrganization } from '../world/organizations.ts'
import type { EmulatedPerson } from '../world/people.ts'

/** Earlier data of members, which access tokens still contain for a while after a change. */
export interface FormerPeople {
  /** Remembers the data of a member before a change. */
  keep(organization: EmulatedOrganization, person: EmulatedPerson): void
  /** Returns the member's data for a token; nothing if the current data applies. */
  find(organization: EmulatedOrganization, person: EmulatedPerson): EmulatedPerson | undefined
  clear(): void
}

/** A person's earlier data, and the time in milliseconds until which tokens contain it. */
interface Former {
  readonly person: EmulatedPerson
  readonly until: number
}

/** A token contains the data of `staleSeconds` ago, by the emulator's clock. */
export function createFormerPeople(staleSeconds: number, clock: Clock): FormerPeople {
  const byMember = new Map<string, readonly Former[]>()
  const keyOf = ({ id }: EmulatedOrganization, person: EmulatedPerson) => `${id} ${person.id}`
  const notYetOver = (key: string) =>
    (byMember.get(key) ?? []).filter(({ until }) => until > clock())
  return {
    keep(organization, person) {
      if (staleSeconds === 0) return
      const key = keyOf(organization, person)
      byMember.set(key, [...notYetOver(key), { person, until: clock() + staleSeconds * 1000 }])
    },
    find: (organization, person) => notYetOver(keyOf(organization, person))[0]?.person,
    clear: () => byMember.clear(),
  }
}
