import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { PageTexts } from '../../src/index.ts'
import { english } from '../../src/lib/config/texts/english.ts'
import { hasBrowser } from '../support/browser.ts'
import { denialMessage, kitPages, startWithAllPages } from './kit-pages.ts'
import { useBrowser } from './pages.ts'

/** Every text in brackets that no page has otherwise. */
const marked = mark(english) as unknown as PageTexts

function mark(texts: object): object {
  const entries = Object.entries(texts).map(([name, text]) => {
    if (name === 'lang' || name === 'dir') return [name, text]
    return [name, typeof text === 'string' ? `⟦${text}⟧` : mark(text)]
  })
  return Object.fromEntries(entries)
}

/** All that a person sees or hears of a page: its title, its texts and the names of its elements. */
async function wordsOn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    // biome-ignore lint/performance/useDomNodeTextContent: only what is shown counts.
    const words = [document.title, document.body.innerText]
    const spoken = ['alt', 'title', 'placeholder', 'aria-label', 'aria-description']
    for (const element of document.querySelectorAll('body *')) {
      words.push(...spoken.map((name) => element.getAttribute(name) ?? ''))
    }
    return words.filter((text) => text !== '')
  })
}

/** What is no text of the kit: the application's, names of others, codes. */
const others = [
  /Initech/g,
  /[\w.]+@[\w.]+/g,
  new RegExp(denialMessage, 'g'),
  /\b(Google|Globex)\b/g,
  /\b[a-z]+(_[a-z]+)+\b/g,
]

/** Letters outside the marked texts. A value within one stands in brackets, too. */
function unmarked(text: string): string {
  const rest = text.replace(/⟦[^⟧]*⟧/g, '')
  return others.reduce((left, pattern) => left.replace(pattern, ''), rest).replace(/[\s·]+/g, '')
}

describe.runIf(hasBrowser)('the texts of the kit’s pages', () => {
  const { newContext } = useBrowser()

  it.each(kitPages)('stand in the table: $name', { timeout: 60_000 }, async ({ come }) => {
    const application = await startWithAllPages({ language: 'zz', texts: { zz: marked } })
    onTestFinished(() => application.close())
    const page = await (await newContext()).newPage()
    await come(page, application)
    const words = await wordsOn(page)
    expect(words.join()).toContain('⟦')
    expect(words.map(unmarked).join('')).toBe('')
  })
})
