import type { Mark } from './store.ts'

/** What two marks on one key say together. Marks come in any order and never take back a word. */
export function joinMarks(known: Mark | undefined, added: Mark): Mark {
  if (!known) return added
  return {
    key: added.key,
    notBefore: Math.max(known.notBefore, added.notBefore),
    expiresAt: Math.max(known.expiresAt, added.expiresAt),
  }
}
