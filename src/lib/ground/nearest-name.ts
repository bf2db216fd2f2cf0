/** A shorter beginning of a name could be anything. */
const minBeginning = 4

/**
 * The known name that was most likely meant: one that differs in two letters at most and never in
 * all that it has, or one that begins with the given name.
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

/** In how many letters two names differ, whatever their case and punctuation. */
function nameDistance(one: string, other: string): number {
  return editDistance(plain(one), plain(other))
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '')
}

/** Levenshtein's distance, row by row. */
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
