import type { IncomingMessage } from 'node:http'
import { nonEmptyString, oneOf, optionalFunction } from '../ground/fields.ts'
import { firstKnownLanguage, isLanguageTag } from '../ground/languages.ts'
import type { Read, Scope } from './group.ts'
import type { PageOptions } from './page-options.ts'
import { type Languages, readTexts } from './texts/read-texts.ts'

type PageScope = Scope<PageOptions>

/** The reader of each option of `pages`. */
export const pageReaders = {
  name: (value: unknown, { group }: PageScope): string | undefined =>
    applicationName(value, group.logoUrl !== undefined),
  logoUrl: (value: unknown): string | undefined => link(value, ['https:'], '/logo.svg'),
  supportUrl: (value: unknown): string | undefined =>
    link(value, ['https:', 'mailto:'], 'mailto:help@app.example'),
  style: (value: unknown = ''): string => style(value),
  texts: (value: unknown, { report }: PageScope): Languages => readTexts(value, report.problems),
  language: (value: unknown, { group }: PageScope): PageOptions['language'] =>
    language(value, Object.keys(Object(group.texts))),
  email: (value: unknown): PageOptions['email'] => optionalFunction(value),
  error: (value: unknown, { group }: PageScope): PageOptions['error'] => {
    if (value !== undefined && group.errors === 'next') {
      throw new Error('cannot be combined with `pages.errors: "next"`: choose one of them')
    }
    return optionalFunction(value)
  },
  errors: (value: unknown = 'answer'): 'answer' | 'next' => oneOf(value, ['answer', 'next']),
}

/** The options of `pages`, read. */
export type PageConfig = Read<typeof pageReaders>

/** The longest name, in characters. A longer one would not fit beside a logo, or into a title. */
const maxNameLength = 80

function applicationName(value: unknown, hasLogo: boolean): string | undefined {
  if (value === undefined) {
    if (hasLogo) throw new Error('is missing: it is the alternative text of `pages.logoUrl`')
    return undefined
  }
  const name = nonEmptyString(value)
  if (name.length <= maxNameLength) return name
  throw new Error(`must have at most ${maxNameLength} characters`)
}

/** Reads the target of a link or image: a URL with one of these schemes, or a path of this site. */
function link(value: unknown, protocols: readonly string[], example: string): string | undefined {
  if (value === undefined) return undefined
  const wrong = new Error(
    `must be an https URL${protocols.includes('mailto:') ? ', a mailto: URL' : ''} or a path of this site, such as ${example}`,
  )
  if (typeof value !== 'string' || /[\p{Cc}\s\\]/u.test(value)) throw wrong
  if (/^\/(?!\/)/.test(value)) return value
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || !protocols.includes(url.protocol) || url.username || url.password) throw wrong
  return url.href
}

/**
 * Refuses `</`: the CSS is placed in a `<style>` element and must not close it. Browsers change
 * other line ends and NUL before they compare the hash of the Content-Security-Policy.
 *
 * @see WHATWG HTML, sections 13.2.3.5 and 13.2.5.3
 */
function style(value: unknown): string {
  if (typeof value !== 'string' || value.includes('</')) {
    throw new Error('must be a string of CSS without "</", such as ":root { --accent: #0a7d4f }"')
  }
  if (value.includes('\0')) throw new Error('must not contain a NUL character')
  return value.replace(/\r\n?/g, '\n')
}

/** @param others The languages of `pages.texts`. */
function language(value: unknown, others: readonly string[]): PageOptions['language'] {
  if (value === undefined || typeof value === 'function') {
    return value as ((req: IncomingMessage) => string | undefined) | undefined
  }
  if (typeof value !== 'string' || !isLanguageTag(value)) {
    throw new Error('must be a language tag such as "en", or a function that returns one')
  }
  const known = new Set(['en', 'de', ...others.map((tag) => tag.toLowerCase())])
  if (firstKnownLanguage([value], known) !== undefined) return value
  throw new Error(`is ${JSON.stringify(value)}, but \`pages.texts\` has no such language`)
}
