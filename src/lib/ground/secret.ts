import { hkdfSync } from 'node:crypto'

/** A value that JSON and templates show as `[secret]`. `util.inspect` does not show it at all. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** Returns the value. Call it only where the value is used. */
  reveal(): string {
    return this.#value
  }

  /**
   * Derives a key for one purpose. Keys of different purposes reveal nothing about each other.
   *
   * @param half Base64url that is combined with the secret. Without it, the secret does not yield
   *   this key.
   * @see RFC 5869 (HKDF)
   */
  derive(purpose: string, bytes: number, half?: string): Buffer {
    // Base64url has no line breaks, so two different pairs never produce the same string.
    const material = half === undefined ? this.#value : `${half}\n${this.#value}`
    return Buffer.from(hkdfSync('sha256', material, 'express-scalekit', purpose, bytes))
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }
}
