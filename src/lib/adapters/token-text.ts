import type { TokenEntry } from '../state/store.ts'

/**
 * Serializes an entry for a shared store. It is JSON, because processes of the previous version
 * parse it and look for its `idToken`. They find none, and sign out without an ID token hint.
 */
export function textOf({ version, sealed }: TokenEntry): string {
  return JSON.stringify({ version, sealed })
}

/**
 * Parses a stored entry. The previous version stored the tokens alone: such an entry has version 0.
 */
export function entryIn(text: string): TokenEntry {
  const { version, sealed } = JSON.parse(text) as Partial<TokenEntry>
  if (version === undefined || sealed === undefined) return { version: 0, sealed: text }
  return { version, sealed }
}
