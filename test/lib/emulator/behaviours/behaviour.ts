/** How the emulator stands to what Scalekit documents. */
export type Verdict = 'as documented' | 'stricter' | 'laxer' | 'absent'

/** One row of the guide's table. */
export interface Behaviour {
  /** What Scalekit documents, as the guide has it. */
  readonly documented: string
  readonly verdict: Verdict
  /** Sees the emulator do what the verdict says; expects by itself. */
  readonly check: () => Promise<void>
}

/** A row, in the order of the guide's columns. */
export function behaviour(
  documented: string,
  verdict: Verdict,
  check: Behaviour['check'],
): Behaviour {
  return { documented, verdict, check }
}
