import type { View } from './views.ts'

/** The credentials of a connection, for {@link OpenConnections}. */
export interface Watched {
  /** Returns the keys of all records that end the credentials, or change their authority. */
  keys(): readonly string[]
  /**
   * Returns the current state without waiting.
   *
   * @throws {@link ConfigError} `clock_invalid`
   */
  look(): Sight
  /** Renews the authority, or verifies the access token again, if that is due. Never rejects. */
  renew(): Promise<void>
  /**
   * Returns the view that a request with these credentials would have. What is due is renewed
   * first.
   *
   * @throws {@link ScalekitError} `store_unavailable`; `provider_unavailable` for an access token
   */
  ask(): Promise<View>
}

/** The state of credentials at one moment. */
export interface Sight {
  readonly view: View
  /** When they have to be checked again if no record becomes known, by the application's clock. */
  readonly until: number
  /** Whether the view stays the same until then. If not, something is pending. */
  readonly isSettled: boolean
  /** Whether `renew()` has to be called. */
  readonly isDue: boolean
}
