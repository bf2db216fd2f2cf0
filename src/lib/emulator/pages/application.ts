import { type Html, html } from '../../ground/html.ts'
import { isPlain } from '../world/redirect-uris.ts'
import type { Settings } from '../world/settings.ts'

/** The origins of the redirect URIs that are web addresses. The application's pages are there. */
export function applicationOrigins({ redirectUris }: Settings): readonly string[] {
  const urls = redirectUris.filter(isPlain).map((uri) => new URL(uri))
  const pages = urls.filter(({ protocol }) => /^https?:$/.test(protocol))
  return [...new Set(pages.map(({ origin }) => origin))]
}

/** Names the application, with a link to each of its origins that leaves the frame of a portal. */
export function applicationLinks(settings: Settings): Html {
  const origins = applicationOrigins(settings)
  return html`the application${origins.map((origin) => html` <a href="${origin}" target="_top">${origin}</a>`)}`
}
