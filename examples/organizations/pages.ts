import type { SignedIn } from 'express-scalekit'
import type { Customer } from './app.ts'

/** The page for a visitor who is not signed in. */
export function startPage(): string {
  return page(
    'Projects',
    `<h1>Projects</h1>
<p>For you and the people you work with.</p>
<p><a class="button" href="/login?return_to=/">Sign in</a></p>`,
  )
}

/** The projects of a customer. Admins can add one and open the admin portal. */
export function projectsPage(
  customer: Customer,
  known: readonly Customer[],
  { user, roles, has }: SignedIn,
): string {
  const others = known.filter(({ id }) => id !== customer.id)
  const isAdmin = has({ role: 'admin' })
  return page(
    customer.name,
    `<header><b>${safe(customer.name)}</b><span>${safe(user.name ?? user.email ?? user.id)} · ${safe(roles.join(', ') || 'no role')}</span></header>
<h1>Projects</h1>
<ul>${customer.projects.map((name) => `<li>${safe(name)}</li>`).join('')}</ul>
${isAdmin ? newProject(customer) : ''}
<h2>Organizations</h2>
${others.map(switchTo).join('')}
<p><a href="/login?prompt=select_account&amp;return_to=/">Sign in to another one</a></p>
${isAdmin ? `<p><a href="/portal">Single sign-on and directory of ${safe(customer.name)}</a></p>` : ''}
<form method="post" action="/logout"><button>Sign out</button></form>`,
  )
}

function newProject({ slug }: Customer): string {
  return `<form method="post" action="/o/${safe(slug)}/projects">
<label>New project <input name="name" required maxlength="80"></label> <button>Add</button></form>`
}

function switchTo({ slug, name }: Customer): string {
  return `<form method="post" action="/switch">
<button name="slug" value="${safe(slug)}">Switch to ${safe(name)}</button></form>`
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(title)}</title>
<style>${style}</style>
<main>${body}</main>
`
}

const style = `
:root { color-scheme: light dark }
body { margin: 0; font: 1rem/1.6 system-ui, sans-serif }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1.25rem }
header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .25rem 1rem; padding-bottom: .75rem; border-bottom: 1px solid #8888 }
h2 { margin-top: 2rem; font-size: 1rem }
form { margin: .75rem 0 }
button, input, .button { padding: .45rem .9rem; font: inherit; border: 1px solid #8888; border-radius: .5rem }
.button { display: inline-block; color: inherit; text-decoration: none }
`

function safe(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
