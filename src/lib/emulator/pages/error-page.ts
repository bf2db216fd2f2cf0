import type { IncomingHttpHeaders } from 'node:http'
import { isObject } from '../../ground/is-object.ts'
import type { Answer } from '../server/call.ts'
import { homeLink, problemPage } from './page.ts'

/**
 * Shows an error to a person in words. A program gets the JSON with the error's code as it is.
 *
 * @param headers Of the request: they tell whether a browser opens a page.
 * @returns the same status and headers with a page, or the answer itself
 */
export function errorForBrowser(headers: IncomingHttpHeaders, answer: Answer): Answer {
  const description = isNavigation(headers) ? descriptionIn(answer) : undefined
  if (description === undefined) return answer
  const { status } = answer
  const { title, sentence = `${description}.` } = words[status] ?? broken
  const shown = problemPage(title, sentence, homeLink)
  return { ...shown, status, headers: { ...answer.headers, ...shown.headers } }
}

interface Words {
  readonly title: string
  /** Default: the description of the error. */
  readonly sentence?: string
}

const words: Readonly<Record<number, Words>> = {
  403: {
    title: 'Nothing was changed',
    sentence: 'The request came from another site. Use the form on the emulator’s own page.',
  },
  404: { title: 'There is no such page' },
  405: {
    title: 'This address has no page',
    sentence: 'Only forms are sent here. Go back to the form, and send it again.',
  },
  413: { title: 'The form is too large' },
  501: { title: 'There is no such page' },
}

const broken: Words = { title: 'Something went wrong' }

/**
 * Whether a browser navigates. Browsers that send no Fetch Metadata are recognized by their
 * `Accept`.
 */
function isNavigation({ accept = '', 'sec-fetch-mode': mode }: IncomingHttpHeaders): boolean {
  return mode === undefined ? accept.startsWith('text/html') : mode === 'navigate'
}

/** The `error_description` of a JSON body; undefined for a page and for any other format. */
function descriptionIn({ status, body }: Answer): string | undefined {
  if (status < 400 || typeof body !== 'string') return undefined
  try {
    const error: unknown = JSON.parse(body)
    const description = isObject(error) ? error.error_description : undefined
    return typeof description === 'string' ? description : undefined
  } catch {
    return undefined
  }
}
