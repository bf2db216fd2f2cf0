import express, { type Express, type Request, type Response } from 'express'
import { type EmailPage, type ScalekitAuthOptions, scalekitAuth } from 'express-scalekit'

/** The same application with a page of its own in the place of the kit's. */
export function createApp(options: ScalekitAuthOptions = {}): Express {
  const app = express()
  app.use(scalekitAuth({ pages: { email: answer }, ...options }))
  return app
}

/** With a template engine: `res.render('sign-in', page)`. */
function answer(page: EmailPage, _req: Request, res: Response): void {
  res.send(ownEmailPage(page))
}

const problems = {
  unknown: 'No company signs in with this address. Check the spelling.',
  unusable: 'Single sign-on of this company is switched off. Ask your IT admin.',
}

function ownEmailPage({ action, fields, email, problem, providers }: EmailPage): string {
  const hidden = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${safe(name)}" value="${safe(value)}">`,
  )
  const links = providers.map(({ name, url }) => `<a href="${safe(url)}">${safe(name)}</a>`)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sign in</title>
<img src="/logo.svg" alt="Initech">
<form action="${safe(action)}">
${hidden.join('\n')}
<label>Work email <input type="email" name="login_hint" value="${safe(email)}" required></label>
<button>Continue</button>
</form>
${problem ? `<p role="alert">${problems[problem]}</p>` : ''}
<p>${links.join(' ')}</p>
`
}

function safe(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
