/** Longer lists of languages are cut off: nothing limits what a request sends but its header. */
const maxRanges = 20

const tagForm = /^[a-z]{2,3}(-[a-z0-9]{1,8}){0,4}$/i

/** Whether a string is a language tag such as `de` or `pt-BR`. @see RFC 5646 section 2.1 */
export function isLanguageTag(value: string): boolean {
  return tagForm.test(value)
}

/** The languages of `Accept-Language`, best first. @see RFC 9110 section 12.5.4 */
export function acceptedLanguages(header: string = ''): readonly string[] {
  return header
    .split(',', maxRanges)
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim())
      const q = parameters.find((parameter) => /^q=/i.test(parameter))
      return { tag, quality: q === undefined ? 1 : Number(q.slice(2)) || 0 }
    })
    .filter(({ tag, quality }) => quality > 0 && isLanguageTag(tag))
    .sort((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag)
}

/**
 * Finds the first of these languages that is known: `de` is good enough for `de-AT`, and never the
 * other way round.
 *
 * @param known The tags in lower case.
 * @see RFC 4647 section 3.4
 */
export function firstKnownLanguage(
  wanted: readonly string[],
  known: { has(tag: string): boolean },
): string | undefined {
  return wanted.flatMap(withParents).find((tag) => known.has(tag))
}

/** A tag and the more general ones: `zh-hant-tw`, `zh-hant`, `zh`. */
export function withParents(tag: string): readonly string[] {
  const parts = tag.toLowerCase().split('-')
  return parts.map((_, at) => parts.slice(0, parts.length - at).join('-'))
}
