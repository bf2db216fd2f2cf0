import type { Clock } from '../ground/clock.ts'
import type { Aliases } from '../state/store.ts'
import { directoryMemoryMs } from './aliases.ts'
import { keyOf } from './revocation.ts'

/** Remembers which roles extend which, as far as events have reported it. */
export interface RoleHierarchy {
  remember(role: string, extended: string): Promise<void>
  /** Returns the role, and all roles that extend it directly or indirectly. */
  withExtending(role: string): Promise<readonly string[]>
}

export function roleHierarchy(issuer: string, aliases: Aliases, clock: Clock): RoleHierarchy {
  const keyFor = (role: string) => keyOf(issuer, 'extended-by', role)
  return {
    async remember(role, extended) {
      const expiresAt = clock() + directoryMemoryMs
      await aliases.add([{ key: keyFor(extended), value: role, expiresAt }])
    },
    async withExtending(role) {
      const found = new Set([role])
      for (let asked = [role]; asked.length > 0; ) {
        const extending = await aliases.find(asked.map(keyFor))
        asked = extending.filter((name) => !found.has(name))
        for (const name of asked) found.add(name)
      }
      return [...found]
    },
  }
}
