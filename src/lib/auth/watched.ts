import type { View } from './views.ts'

/** The credentials of a connection, as {@link OpenConnections} looks at them. */
export interface Watched {
  /** The names of all records that end them, or that change what their holder may do. */
  keys(): readonly string[]
  /**
   * What is known of them now, without waiting.
   *
   * @throws {@link ConfigError} `clock_invalid`
   */
  look(): Sight
  /** Tries to renew authority that is due. Never rejects. */
  renew(): Promise<void>
  /**
   * What a request with these credentials would show: authority that is due is renewed first.
   *
   * @throws {@link ScalekitError} `store_unavailable`
   */
  ask(): Promise<View>
}

/** What one look at credentials shows. */
export interface Sight {
  readonly view: View
  /** When they have to be looked at again where nothing is heard, by the clock of the application. */
  readonly until: number
  /** Whether the view stays true until then. If not, something is waited for. */
  readonly isSettled: boolean
}
