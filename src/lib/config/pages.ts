import { optionalFunction, optionalString } from '../ground/fields.ts'
import { type Read, readMembers, type Scope } from './group.ts'
import type { EmailPageTexts, PageOptions } from './page-options.ts'

type PageScope = Scope<PageOptions>

/** How each option of `pages` is read. */
export const pageReaders = {
  style: (value: unknown = ''): string => style(value),
  texts: (value: unknown, scope: PageScope): PageOptions['texts'] => texts(value, scope),
  email: (value: unknown): PageOptions['email'] => optionalFunction(value),
}

/** How each text of the email page is read. */
export const pageTextReaders = {
  lang: (value: unknown): string | undefined => optionalString(value),
  title: (value: unknown): string | undefined => optionalString(value),
  label: (value: unknown): string | undefined => optionalString(value),
  button: (value: unknown): string | undefined => optionalString(value),
  or: (value: unknown): string | undefined => optionalString(value),
  provider: (value: unknown): string | undefined => optionalString(value),
  unknown: (value: unknown): string | undefined => optionalString(value),
  unusable: (value: unknown): string | undefined => optionalString(value),
  start: (value: unknown): string | undefined => optionalString(value),
}

/** `pages` as it was read. */
export type PageConfig = Read<typeof pageReaders>

/** It ends inside an element of ours, so it must not end that element. */
function style(value: unknown): string {
  if (typeof value === 'string' && !value.includes('</')) return value
  throw new Error('must be a string of CSS without "</", such as ":root { --accent: #0a7d4f }"')
}

/** A function's texts are not known yet. */
function texts(value: unknown, scope: PageScope): PageOptions['texts'] {
  if (value === undefined || typeof value === 'function') return value as PageOptions['texts']
  readMembers<EmailPageTexts, typeof pageTextReaders>('pages.texts', value, pageTextReaders, scope)
  return value as EmailPageTexts
}
