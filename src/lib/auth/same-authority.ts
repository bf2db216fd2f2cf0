import { isDeepStrictEqual } from 'node:util'
import type { Authority } from '../ground/types.ts'

type Shown = Pick<Authority, 'roles' | 'permissions' | 'scopes' | 'claims'>

/** Whether two principals have the same authority, ignoring the order of names. */
export function isSameAuthority(one: Shown, other: Shown): boolean {
  return one === other || isDeepStrictEqual(partsOf(one), partsOf(other))
}

function partsOf({ roles, permissions, scopes, claims }: Shown): readonly unknown[] {
  return [...[roles, permissions, scopes].map((names) => [...names].sort()), claims]
}
