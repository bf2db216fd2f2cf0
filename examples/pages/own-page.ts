import express, { type Express, type Request, type Response } from 'express'
import {
  type EmailPage,
  type ErrorPage,
  type PageWay,
  requireRole,
  type ScalekitAuthOptions,
  scalekitAuth,
} from 'express-scalekit'

/** An application with pages of its own in the place of the kit's. */
export function createApp(options: ScalekitAuthOptions = {}): Express {
  const app = express()
  const email = (page: EmailPage, _req: Request, res: Response) => res.send(emailPage(page))
  // With a template engine: `(problem, _req, res: Response) => res.render('problem', problem)`.
  const error = (problem: ErrorPage, _req: Request, res: Response) => res.send(errorPage(problem))
  app.use(scalekitAuth({ pages: { email, error }, ...options }))
  app.get('/reports', requireRole('analyst'), (_req, res) => {
    res.send('Reports')
  })
  return app
}

function emailPage(page: EmailPage): string {
  const { action, fields, email, problem, notice, providers, ways, texts } = page
  const links = providers.map(({ name, url }) => `<a href="${safe(url)}">${safe(name)}</a>`)
  return document(
    page,
    texts.title,
    `${notice ? `<p role="status">${safe(texts[notice])}</p>` : ''}
<form action="${safe(action)}">
${hidden(fields)}
<label>${safe(texts.label)} <input type="email" name="login_hint" value="${safe(email)}" required></label>
<button>${safe(texts.button)}</button>
</form>
${problem ? `<p role="alert">${safe(texts[problem])}</p>` : ''}
<p>${[...links, ...ways.map(wayOn)].join(' ')}</p>`,
  )
}

function errorPage(problem: ErrorPage): string {
  const { title, text, notice, code, signedIn, ways } = problem
  return document(
    problem,
    title,
    `${notice ? `<p role="status">${safe(notice)}</p>` : ''}
<p>${safe(text)}</p>
${signedIn ? `<p>${safe(signedIn.email ?? signedIn.userId)}</p>` : ''}
${ways.map(wayOn).join('\n')}
<p><code>${safe(code)}</code></p>`,
  )
}

function wayOn({ label, url, method, fields }: PageWay): string {
  if (method === 'get') return `<a href="${safe(url)}">${safe(label)}</a>`
  return `<form method="post" action="${safe(url)}">${hidden(fields)}<button>${safe(label)}</button></form>`
}

function hidden(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${safe(name)}" value="${safe(value)}">`)
    .join('\n')
}

function document(
  { lang, dir }: { readonly lang: string; readonly dir: string },
  title: string,
  body: string,
): string {
  return `<!doctype html>
<html lang="${safe(lang)}" dir="${safe(dir)}">
<meta charset="utf-8">
<title>${safe(title)}</title>
<img src="/logo.svg" alt="Initech">
<h1>${safe(title)}</h1>
${body}
`
}

function safe(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
