import type { Config } from '../../config/config.ts'
import { type Doors, doorsOf } from './doors.ts'
import { type Ground, groundOf } from './instance.ts'
import { type SignedParts, signedPartsOf } from './signed-parts.ts'

/** What an instance is made of. */
export interface Parts extends Ground, Doors, SignedParts {}

/** Builds every part once, from the ground up. */
export function assemble(config: Config): Parts {
  const ground = groundOf(config)
  return { ...ground, ...doorsOf(config, ground), ...signedPartsOf(config, ground) }
}
