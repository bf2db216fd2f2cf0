/** Minimum length of a prefix. A shorter one matches too many names. */
const minBeginning = 4

/**
 * Returns the known name that was most likely meant. It differs in at most two letters, but not in
 * all of them, or begins with the given name.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const nearest = known
    .map((candidate) => ({ candidate, distance: nameDistance(candidate, name) }))
    .filter(({ candidate, distance }) => distance <= Math.min(2, candidate.length - 1))
    .sort((one, other) => one.distance - other.distance)[0]?.candidate
  return nearest ?? known.find((candidate) => beginsWith(candidate, name))
}

function beginsWith(candidate: string, name: string): boolean {
  return plain(name).length >= minBeginning && plain(candidate).startsWith(plain(name))
}

/** The number of letters in which two names differ, regardless of case and punctuation. */
function nameDistance(one: string, other: string): number {
  return editDistance(plain(one), plain(other))
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '')
}

/** The Levenshtein distance, computed row by row. */
export function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1]
    for (const [at, otherLetter] of [...other].entries()) {
      const replaced = row[at]! + (letter === otherLetter ? 0 : 1)
      next.push(Math.min(replaced, row[at + 1]! + 1, next[at]! + 1))
    }
    row = next
  }
  return row[other.length]!
}
