/** Where the form of our email page leads, filled in as a browser would. */
export function submitted(page: string, email: string): string {
  const action = / action="([^"]+)"/.exec(page)?.[1]
  if (!action) throw new Error(`No email page but ${page}`)
  return `${decode(action)}?${new URLSearchParams([...hiddenFields(page), ['login_hint', email]])}`
}

/** The hidden fields of the form. */
export function hiddenFields(page: string): [name: string, value: string][] {
  return [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
    ([, name, value]) => [decode(name!), decode(value!)],
  )
}

/** What stands in the field. */
export function givenAddress(page: string): string | undefined {
  const value = / name="login_hint" value="([^"]*)"/.exec(page)?.[1]
  return value === undefined ? undefined : decode(value)
}

/** Where the links of the social providers lead. */
export function providerLinks(page: string): string[] {
  return [...page.matchAll(/href="([^"]*\?provider=[^"]*)"/g)].map(([, href]) => decode(href!))
}

function decode(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => characters[entity]!)
}

const characters: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}
