import type { Clock } from '../../ground/clock.ts'
import type { EmulatedOrganization } from '../world/organizations.ts'
import type { EmulatedPerson } from '../world/people.ts'

/** Members as access tokens still have them for a while after a change. */
export interface FormerPeople {
  /** Remembers what a member was until now. */
  keep(organization: EmulatedOrganization, person: EmulatedPerson): void
  /** The member as a token has them now; nothing where that is what they are. */
  find(organization: EmulatedOrganization, person: EmulatedPerson): EmulatedPerson | undefined
  clear(): void
}

/** What a person was, and until when tokens say so, in milliseconds. */
interface Former {
  readonly person: EmulatedPerson
  readonly until: number
}

/** A token tells what was true `staleSeconds` ago, by the emulator's clock. */
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
