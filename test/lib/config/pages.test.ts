import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/lib/config/config.ts'
import type { PageOptions } from '../../../src/lib/config/page-options.ts'
import type { ConfigError } from '../../../src/lib/ground/errors.ts'
import { recordingLogger } from '../../support/recording-logger.ts'

type WrongPage = readonly [name: string, pages: object, problem: string]

/** Options of `pages` that cannot be used, each with the sentence about it. */
const wrongPages: readonly WrongPage[] = [
  ['pages.texts', { texts: ['Anmelden'] }, 'must be an object by language'],
  ['pages.texts', { texts: () => ({}) }, 'a function chooses by `pages.language`'],
  [
    'pages.texts.title',
    { texts: { title: 'Anmelden' } },
    'is not a language: write the strings by language',
  ],
  ['pages.texts.or', { texts: { or: 'oder' } }, 'is not a language'],
  ['pages.texts.de', { texts: { de: null } }, 'must be an object of strings, not null'],
  ['pages.texts.de.email', { texts: { de: { email: 'x' } } }, 'must be an object of strings'],
  [
    'pages.texts.de.email.titel',
    { texts: { de: { email: { titel: 'x' } } } },
    'is not a string of the pages; did you mean `pages.texts.de.email.title`?',
  ],
  [
    'pages.texts.de.problems.toString',
    { texts: { de: { problems: { toString: { title: 'x' } } } } },
    'is not a string of the pages',
  ],
  ...[5, '', null].map(
    (title): WrongPage => [
      'pages.texts.de.email.title',
      { texts: { de: { email: { title } } } },
      'must be a non-empty string',
    ],
  ),
  [
    'pages.texts.de.common.signedInAs',
    { texts: { de: { common: { signedInAs: 'Angemeldet' } } } },
    'must contain {user}',
  ],
  ['pages.texts.ar.dir', { texts: { ar: { dir: 'left' } } }, 'must be "ltr" or "rtl"'],
  ['pages.texts.ar.lang', { texts: { ar: { lang: '"' } } }, 'must be a language tag'],
  ['pages.language', { language: 'german' }, 'must be a language tag'],
  ['pages.language', { language: 'fr' }, '`pages.texts` has no such language'],
  ['pages.email', { email: '<form>' }, 'must be a function'],
  ['pages.error', { error: '<p>' }, 'must be a function'],
  ['pages.error', { error() {}, errors: 'next' }, 'cannot be combined with `pages.errors: "next"`'],
  ['pages.style', { style: 'p { }</style>' }, 'without "</"'],
  ['pages.style', { style: 'p { }\0' }, 'must not contain a NUL character'],
  ['pages.errors', { errors: 'throw' }, 'must be "answer" or "next"'],
  ['pages.name', { name: '' }, 'must be a non-empty string'],
  ['pages.name', { name: 'a'.repeat(81) }, 'must have at most 80 characters'],
  ['pages.name', { logoUrl: '/logo.svg' }, 'is missing: it is the alternative text'],
  ...[
    'http://cdn.example/logo.svg',
    'javascript:alert(1)',
    'data:image/svg+xml,x',
    '//cdn.example/logo.svg',
    '/\\cdn.example/logo.svg',
    'logo.svg',
    'https://user@cdn.example/logo.svg',
    'https://cdn.example/a b',
    '/logo.svg\n',
    'mailto:help@app.example',
    5,
  ].map(
    (logoUrl): WrongPage => ['pages.logoUrl', { name: 'Initech', logoUrl }, 'must be an https URL'],
  ),
  ...['http://help.example', 'javascript:alert(1)', '//help.example', 'help@app.example'].map(
    (supportUrl): WrongPage => [
      'pages.supportUrl',
      { supportUrl },
      'must be an https URL, a mailto:',
    ],
  ),
]

/** Reads these options of pages, and shows what was logged. */
function read(pages: object) {
  const { logger, lines } = recordingLogger()
  const environment = { clientId: 'skc_1', clientSecret: 'live_5p1anted0client0secret' }
  const known = { environmentUrl: 'https://acme.scalekit.com', ...environment, logger }
  const config = parseConfig({ ...known, pages: pages as PageOptions }, {})
  return { pages: config.pages, lines }
}

describe('an option of pages', () => {
  it.each(wrongPages)('%s has a sentence for %j', (name, pages, problem) => {
    let problems: readonly string[] = []
    try {
      read(pages)
    } catch (error) {
      problems = (error as ConfigError).problems
    }
    expect(problems).toEqual([expect.stringContaining(problem)])
    expect(problems[0]).toMatch(new RegExp(`^\`${name.replaceAll('.', '\\.')}\` `))
  })

  it.each([
    { name: 'Initech', logoUrl: '/logo.svg' },
    { name: 'Initech', logoUrl: 'https://cdn.example/a;b,c/logo.svg?v=1' },
    { supportUrl: 'mailto:help@app.example?subject=Access' },
    { supportUrl: 'https://app.example/help' },
    { supportUrl: '/help' },
    { language: 'de-AT' },
    { language: () => 'fr' },
    { errors: 'next' },
  ])('takes %j', (pages) => {
    expect(read(pages).pages).toMatchObject(pages)
  })
})

it('pages.style has the line ends of which browsers compute the hash', () => {
  const style = read({ style: 'a { }\r\nb { }\rc { }\n\r\n' }).pages.style
  expect(style).toBe('a { }\nb { }\nc { }\n\n')
})

describe('the texts of pages', () => {
  it('are those of the more general language, else English, where a language lacks them', () => {
    const { byTag } = read({
      texts: {
        'de-AT': { common: { home: 'Zum Anfang' } },
        de: { common: { signOut: 'Ausloggen' } },
        ar: { dir: 'rtl', email: { title: 'تسجيل الدخول' } },
      },
    }).pages.texts
    expect(byTag.get('de-at')).toMatchObject({
      lang: 'de-AT',
      common: { home: 'Zum Anfang', signOut: 'Ausloggen', help: 'Hilfe' },
    })
    expect(byTag.get('de')!.common.home).toBe('Zur Startseite')
    expect(byTag.get('ar')).toMatchObject({ lang: 'ar', dir: 'rtl' })
    expect(byTag.get('ar')!.common.help).toContain('Get help')
  })

  it('keep their direction among those of a script from right to left', () => {
    const { byTag } = read({
      texts: {
        ar: { dir: 'rtl', email: { title: 'تسجيل الدخول' } },
        'ar-EG': { email: { button: 'متابعة' } },
        de: { common: { help: 'Hilfe holen' } },
      },
    }).pages.texts
    for (const tag of ['ar', 'ar-eg']) {
      const { lang, dir, email, problems } = byTag.get(tag)!
      expect([lang.toLowerCase(), dir, email.title]).toEqual([tag, 'rtl', 'تسجيل الدخول'])
      expect(problems.other.title).toBe('\u2066Something went wrong\u2069')
    }
    expect(byTag.get('de')!.email.title).toBe('Anmelden')
  })

  it('that are English in another language are a warning at start', () => {
    const { lines } = read({ texts: { fr: { email: { title: 'Connexion' } } } })
    expect(lines.filter((line) => line.includes('texts'))[0]).toMatch(
      /^warn Some texts .* have no translation: pages\.texts\.fr\.common, pages\.texts\.fr\.email\.label, .* more$/,
    )
    expect(read({ texts: { 'de-CH': { email: { title: 'x' } } } }).lines.join()).not.toContain(
      'texts',
    )
  })
})
