import { hkdfSync } from 'node:crypto'

/** A value that JSON and templates show as `[secret]`, and `util.inspect` not at all. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself; called next to the one place that needs it. */
  reveal(): string {
    return this.#value
  }

  /**
   * A key for one purpose: keys of different purposes tell nothing about one another.
   *
   * @param half Base64url that the key is made of, too: without it, this secret gives no such key.
   * @see RFC 5869 (HKDF)
   */
  derive(purpose: string, bytes: number, half?: string): Buffer {
    // Base64url has no line breaks, so two different pairs never make the same text.
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
