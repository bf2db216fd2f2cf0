import { isObject } from '../../ground/is-object.ts'
import { kindOf } from '../../ground/kind-of.ts'
import { isLanguageTag, withParents } from '../../ground/languages.ts'
import { nearestName } from '../../ground/nearest-name.ts'
import { english } from './english.ts'
import { german } from './german.ts'
import type { PageTexts } from './page-texts.ts'

/** The strings of every language, by its tag in lower case. */
export interface Languages {
  readonly byTag: ReadonlyMap<string, PageTexts>
  /** The strings that a language of the application lacks. They are shown in English. */
  readonly missing: readonly string[]
}

type Tree = { readonly [name: string]: string | Tree }

const shipped: ReadonlyMap<string, PageTexts> = new Map([
  ['en', english],
  ['de', german],
])

const textsHint = "by language, such as { de: { email: { title: 'Anmelden' } } }"

/**
 * Replaces strings of the kit by those of the application. A string that a language lacks comes
 * from its more general tag, otherwise from English.
 *
 * @param problems Receives a sentence for each string that cannot be used.
 */
export function readTexts(value: unknown, problems: string[]): Languages {
  if (value === undefined) return { byTag: shipped, missing: [] }
  if (typeof value === 'function') {
    throw new Error(`must be an object ${textsHint}; a function chooses by \`pages.language\``)
  }
  if (!isObject(value)) throw new Error(`must be an object ${textsHint}`)
  const byTag = new Map(shipped)
  const missing: string[] = []
  // More general tags first, because the others inherit their strings.
  for (const given of Object.keys(value).sort((one, other) => one.length - other.length)) {
    const tag = given.toLowerCase()
    const translation = value[given]
    const path = `pages.texts.${given}`
    if (!isLanguageTag(given) || !isObject(translation)) {
      problems.push(wrongLanguage(path, given, translation))
      continue
    }
    check(path, translation, treeOf(english), problems)
    const base = withParents(tag).flatMap((parent) => byTag.get(parent) ?? [])[0]
    if (!base) missing.push(...lacking(path, translation, treeOf(english)))
    const { dir, ...strings } = treeOf(base ?? english)
    const isMirrored = (translation.dir ?? dir) !== dir
    const shown = isMirrored ? isolated(strings, `${dir}`) : strings
    const inherited = { ...shown, lang: given, dir: dir! }
    // Every string was checked against the English ones.
    byTag.set(tag, merged(inherited, translation) as unknown as PageTexts)
  }
  return { byTag, missing }
}

/**
 * Marks the direction of strings that are shown among those of the other direction. Otherwise their
 * full stops and question marks would move to the wrong end.
 */
function isolated(strings: Tree, dir: string): Tree {
  const start = dir === 'rtl' ? '\u2067' : '\u2066'
  const entries = Object.entries(strings).map(([name, text]) => {
    return [name, typeof text === 'string' ? `${start}${text}\u2069` : isolated(text, dir)]
  })
  return Object.fromEntries(entries)
}

function treeOf(texts: PageTexts): Tree {
  return texts as unknown as Tree
}

/** Earlier versions expected the strings of the email page here. */
function wrongLanguage(path: string, name: string, value: unknown): string {
  if (isLanguageTag(name) && typeof value !== 'string') {
    return `\`${path}\` must be an object of strings, not ${kindOf(value)}`
  }
  return `\`${path}\` is not a language: write the strings ${textsHint}`
}

function check(
  path: string,
  given: Readonly<Record<string, unknown>>,
  known: Tree,
  problems: string[],
): void {
  for (const [name, value] of Object.entries(given)) {
    const place = `${path}.${name}`
    const expected = Object.hasOwn(known, name) ? known[name] : undefined
    if (expected === undefined) problems.push(unknownText(place, name, known, path))
    else if (value === undefined) continue
    else if (typeof expected === 'string') checkText(place, value, expected, problems)
    else if (isObject(value)) check(place, value, expected, problems)
    else problems.push(`\`${place}\` must be an object of strings`)
  }
}

function unknownText(place: string, name: string, known: Tree, path: string): string {
  const nearest = nearestName(name, Object.keys(known))
  return `\`${place}\` is not a string of the pages${nearest ? `; did you mean \`${path}.${nearest}\`?` : ''}`
}

function checkText(place: string, value: unknown, expected: string, problems: string[]): void {
  if (typeof value !== 'string' || value === '') {
    problems.push(`\`${place}\` must be a non-empty string`)
    return
  }
  if (place.endsWith('.dir') && expected === 'ltr' && value !== 'ltr' && value !== 'rtl') {
    problems.push(`\`${place}\` must be "ltr" or "rtl"`)
  }
  if (place.endsWith('.lang') && !isLanguageTag(value)) {
    problems.push(`\`${place}\` must be a language tag such as "de" or "pt-BR"`)
  }
  const lost = placeholdersIn(expected).find((each) => !value.includes(each))
  if (lost !== undefined) problems.push(`\`${place}\` must contain ${lost}`)
}

function placeholdersIn(text: string): readonly string[] {
  return text.match(/\{\w+\}/g) ?? []
}

function lacking(path: string, given: Readonly<Record<string, unknown>>, known: Tree): string[] {
  return Object.entries(known).flatMap(([name, text]) => {
    const place = `${path}.${name}`
    const value = given[name]
    if (typeof text === 'string') return value === undefined && !isOptional(name) ? [place] : []
    return isObject(value) ? lacking(place, value, text) : [place]
  })
}

/** `lang` defaults to the tag, and `dir` to left to right. */
function isOptional(name: string): boolean {
  return name === 'lang' || name === 'dir'
}

function merged(base: Tree, given: Readonly<Record<string, unknown>>): Tree {
  const entries = Object.entries(base).map(([name, text]) => {
    const own = given[name]
    if (typeof text !== 'string') return [name, isObject(own) ? merged(text, own) : text]
    return [name, typeof own === 'string' ? own : text]
  })
  return Object.fromEntries(entries)
}
