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
   * @see RFC 5869 (HKDF)
   */
  derive(purpose: string, bytes: number): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#value, 'express-scalekit', purpose, bytes))
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }
}
