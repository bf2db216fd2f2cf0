/** The templates for an organization in a redirect URI, as Scalekit documents them. */
export type TemplateName = 'org_slug' | 'external_id' | 'custom_domain'

const maxLength = 256
const templates = /\{\{(?:org_slug|external_id|custom_domain)\}\}/g

/**
 * Checks a redirect URI as Scalekit's dashboard does on registration.
 *
 * @returns the problem, as the end of a sentence, or undefined
 */
export function redirectUriMistake(uri: string): string | undefined {
  const withoutTemplates = uri.replace(templates, 'template')
  if (uri.length > maxLength) return `must have at most ${maxLength} characters, not ${uri.length}`
  if (/[{}]/.test(withoutTemplates)) {
    return 'may hold only the templates {{org_slug}}, {{external_id}} and {{custom_domain}}'
  }
  if (uri.includes('?')) return 'must not have a query: put what it carries into `state`'
  if (uri.includes('#')) return 'must not have a fragment'
  if (!URL.canParse(withoutTemplates) || !isKnownScheme(uri)) {
    return 'must be an absolute URL such as http://localhost:3000/callback'
  }
  return placeholderMistake(uri)
}

/** Web addresses, and the private-use schemes of native applications (RFC 8252 section 7.1). */
function isKnownScheme(uri: string): boolean {
  return /^https?:\/\/[^/]/i.test(uri) || /^[a-z][a-z\d+-]*\.[a-z\d.+-]*:/i.test(uri)
}

function placeholderMistake(uri: string): string | undefined {
  const [, host = '', path = ''] = /^[^:]+:\/\/([^/]*)(.*)$/.exec(uri) ?? []
  const [name] = host.split(/:\d*$/)
  const isLeadingLabel = /^\*(\.[^.*]+){2,}$/.test(name!) || /^\*\.localhost$/.test(name!)
  if (uri.includes('*') && (!isLeadingLabel || path.includes('*'))) {
    return 'may have one wildcard, as the whole first label of its host: https://*.app.example/callback'
  }
  const parts = [...name!.split('.'), ...path.split('/')]
  const isWhole = parts.every((part) => !part.includes('{{') || /^\{\{\w+\}\}$/.test(part))
  return isWhole
    ? undefined
    : 'must have a template as a whole label of the host or part of the path'
}

/** Whether this registration only has a meaning in a request that names an organization. */
export function isTemplate(registered: string): boolean {
  return registered.includes('{{')
}

/** Whether a registration has neither wildcards nor templates. */
export function isPlain(registered: string): boolean {
  return !/[*{]/.test(registered)
}

/**
 * Whether an address is registered. It is compared exactly, except that a wildcard matches one
 * label, and a template matches the value of the request's organization.
 */
export function matchesRedirectUri(
  uri: string,
  registered: string,
  valuesOf: (template: TemplateName) => readonly string[],
): boolean {
  if (isPlain(registered)) return uri === registered
  if (uri.length > maxLength) return false
  const pattern = registered.replace(
    /\{\{(\w+)\}\}|\*|[^\w]/g,
    (literal, template: TemplateName | undefined) => {
      if (template === undefined) return literal === '*' ? oneLabel : `\\${literal}`
      return `(?:${valuesOf(template).map(escaped).join('|') || never})`
    },
  )
  return new RegExp(`^${pattern}$`).test(uri)
}

const oneLabel = '[a-z\\d](?:[a-z\\d-]{0,61}[a-z\\d])?'
const never = '(?!)'

function escaped(value: string): string {
  return value.replace(/[^\w]/g, (character) => `\\${character}`)
}

/** The address next to a registered one, such as `…/logout` next to `…/callback`. */
export function sibling(registered: string, name: string): string {
  return registered.replace(/[^/]*$/, name)
}
