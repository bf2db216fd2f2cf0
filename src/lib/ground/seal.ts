import { createCipheriv, createDecipheriv, type DecipherGCM, randomBytes } from 'node:crypto'
import { decodeBase64url } from './bytes.ts'
import type { Secret } from './secret.ts'

const ivBytes = 12
const tagBytes = 16

/** Encrypts and authenticates short strings, so that the browser can store them for the kit. */
export interface Sealer {
  /**
   * @param label Bound to the value without being part of it: the value only opens under the label
   *   it was sealed under.
   */
  seal(text: string, label: string): string
  /** Returns `undefined` for any string that {@link Sealer.seal} did not make under this label. */
  open(sealed: string, label: string): string | undefined
}

/** Version, key id, and at least an iv and a tag. */
const sealedForm = /^1\.[\w-]{8}\.[\w-]{38,}$/

interface Key {
  readonly prefix: string
  readonly bytes: Buffer
}

/**
 * AES-256-GCM with a separate key for each purpose.
 *
 * A value is `1.<key id>.<base64url of iv, ciphertext and tag>`. The first secret seals, and every
 * secret opens. To replace a secret, put the new one first.
 *
 * @param purpose What is sealed, and for which instance. A value never opens under another purpose.
 * @param half Base64url that is combined with each secret to derive the keys. Default: none, and
 *   the secret alone opens.
 * @param onUnknownKey Called for a value in this format whose secret is not in the list.
 * @see NIST SP 800-38D (GCM)
 */
export function sealer(
  secrets: readonly Secret[],
  purpose: string,
  half?: string,
  onUnknownKey?: () => void,
): Sealer {
  if (secrets.length === 0) throw new TypeError('sealer() needs a secret')
  // Derived on first use: the derivation is most of the cost of creating an instance.
  let derived: readonly Key[] | undefined
  const keys = () => (derived ??= secrets.map((secret) => deriveKey(secret, purpose, half)))
  return {
    seal: (text, label) => encrypt(keys()[0]!, text, additionalData(purpose, label)),
    open(sealed, label) {
      const key = keys().find(({ prefix }) => sealed.startsWith(prefix))
      if (key) return decrypt(key, sealed, additionalData(purpose, label))
      if (onUnknownKey && sealedForm.test(sealed)) onUnknownKey()
      return undefined
    },
  }
}

function deriveKey(secret: Secret, purpose: string, half: string | undefined): Key {
  const kind = half === undefined ? 'key' : 'key of two halves'
  return {
    // Derived from the secret alone. It identifies the secret and reveals nothing about the key.
    prefix: `1.${secret.derive(`key id: ${purpose}`, 6).toString('base64url')}.`,
    bytes: secret.derive(`${kind}: ${purpose}`, 32, half),
  }
}

function additionalData(purpose: string, label: string): Buffer {
  return Buffer.from(`${purpose}\n${label}`)
}

function encrypt(key: Key, text: string, aad: Buffer): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv).setAAD(aad)
  const parts = [iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return key.prefix + Buffer.concat(parts).toString('base64url')
}

function decrypt(key: Key, sealed: string, aad: Buffer): string | undefined {
  const bytes = decodeBase64url(sealed.slice(key.prefix.length))
  if (!bytes || bytes.length < ivBytes + tagBytes) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(aad).setAuthTag(bytes.subarray(-tagBytes))
  // Without an encoding: passing one here would set up a decoder for streamed strings.
  const text = decipher.update(bytes.subarray(ivBytes, -tagBytes))
  return isAuthentic(decipher) ? text.toString('utf8') : undefined
}

/**
 * `final` throws for a forged value. Collecting a stack trace for each would be half of the cost.
 */
function isAuthentic(decipher: DecipherGCM): boolean {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    decipher.final()
    return true
  } catch {
    return false
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
