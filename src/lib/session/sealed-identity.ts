import { deepFreeze } from '../ground/freeze.ts'
import type { Sealer } from '../ground/seal.ts'
import type { Identity } from '../ground/types.ts'
import { recentlyOpened } from './recently-opened.ts'

/** Seals an identity into a string that only the kit can create. */
export interface SealedIdentity {
  seal(identity: Identity): string
  /** Returns `undefined` for any string that {@link SealedIdentity.seal} did not make. */
  open(sealed: string): Identity | undefined
}

/** @param label The value that the sealed string is bound to, e.g. the name of its cookie. */
export function sealedIdentity(seal: Sealer, label: string): SealedIdentity {
  return {
    seal: (identity) => seal.seal(JSON.stringify(identity), label),
    open: recentlyOpened((sealed) => parseIdentity(seal.open(sealed, label))),
  }
}

function parseIdentity(text: string | undefined): Identity | undefined {
  // Only `seal` can have made a value that opens, so its shape is known.
  const identity = text === undefined ? undefined : (JSON.parse(text) as Identity)
  return identity?.v === 1 ? deepFreeze(identity) : undefined
}
