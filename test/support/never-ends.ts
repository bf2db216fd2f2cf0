/** The signal of a session whose end a test is not about. */
export const neverEnds = (): AbortSignal => new AbortController().signal
