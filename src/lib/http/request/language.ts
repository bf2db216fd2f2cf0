import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PageConfig } from '../../config/pages.ts'
import { english } from '../../config/texts/english.ts'
import type { PageTexts } from '../../config/texts/page-texts.ts'
import { varyBy } from '../../ground/caching.ts'
import { answerAtOnce } from '../../ground/hooks.ts'
import { kindOf } from '../../ground/kind-of.ts'
import { acceptedLanguages, firstKnownLanguage, isLanguageTag } from '../../ground/languages.ts'
import { type Logger, quote, textOfThrown, withFields } from '../../ground/log.ts'
import { logFieldsOf } from './request-log.ts'

/** The members of an instance that the choice of a language needs. */
export interface Speaker {
  readonly config: { readonly pages: Pick<PageConfig, 'language' | 'texts'> }
  readonly logger: Logger
}

const localesOf = new WeakMap<IncomingMessage, string>()

/** Makes the pages of this request use the languages that its sign-in asked for. */
export function noteLocales(req: IncomingMessage, uiLocales: string | undefined): void {
  if (uiLocales !== undefined) localesOf.set(req, uiLocales)
}

/** The `ui_locales` of the sign-in that this request belongs to. */
export function notedLocales(req: IncomingMessage): string | undefined {
  return localesOf.get(req)
}

/**
 * Chooses the texts of a page: by `pages.language`, then by the sign-in's `ui_locales`, then by
 * `Accept-Language`, then English. Adds `Accept-Language` to `Vary` unless `pages.language`
 * decided.
 */
export function textsFor(speaker: Speaker, req: IncomingMessage, res: ServerResponse): PageTexts {
  const { byTag } = speaker.config.pages.texts
  const fixed = firstKnownLanguage(wantedByApplication(speaker, req), byTag)
  if (fixed !== undefined) return byTag.get(fixed)!
  varyBy(res, 'Accept-Language')
  const ofSignIn = localesOf.get(req)?.split(' ') ?? []
  const accepted = acceptedLanguages(req.headers['accept-language'])
  const tag = firstKnownLanguage([...ofSignIn, ...accepted], byTag)
  return tag === undefined ? (byTag.get('en') ?? english) : byTag.get(tag)!
}

function wantedByApplication({ config, logger }: Speaker, req: IncomingMessage): readonly string[] {
  const { language } = config.pages
  if (language === undefined) return []
  if (typeof language === 'string') return [language]
  try {
    return understood(answerAtOnce(() => language(req)))
  } catch (error) {
    const why = quote(textOfThrown(error))
    withFields(logger, logFieldsOf(req)).error(
      `\`pages.language\` failed, so the request chooses the language: ${why}`,
    )
    return []
  }
}

function understood(answer: unknown): readonly string[] {
  if (answer === undefined || answer === null) return []
  if (typeof answer === 'string' && isLanguageTag(answer)) return [answer]
  throw new Error(`it must return a language tag or undefined, not ${kindOf(answer)}`)
}
