import { ApiError, callApi } from './api.ts'
import { goToSignIn, type Me, readMe, type SignedIn, signOut } from './session.ts'

interface Project {
  readonly id: string
  readonly name: string
}

let me: Me = { status: 'signed-out', loginUrl: '/login' }

start().catch(showFailure)
addEventListener('popstate', () => void show())
document.addEventListener('click', followRoute)
// Another tab may have signed out or in, and a page from the back/forward cache is an old one.
addEventListener('focus', () => lookAgain().catch(showFailure))
addEventListener('pageshow', ({ persisted }) => persisted && lookAgain().catch(showFailure))

async function start(): Promise<void> {
  me = await readMe()
  await show()
}

async function show(): Promise<void> {
  showAccount()
  await showPage(location.pathname).catch(showFailure)
}

/** Pages do not ask who is signed in: the API does, and its 401 starts the sign-in. */
async function showPage(path: string): Promise<void> {
  const [, id] = /^\/projects\/([\w-]+)$/.exec(path) ?? []
  if (id) await showProject(id)
  else if (path !== '/') write('There is no such page.')
  else if (me.status === 'signed-in') await showProjects()
  else write('Sign in to see your projects.')
}

async function showProjects(): Promise<void> {
  const projects = await callApi<Project[]>('/api/projects')
  const links = projects.map(({ id, name }) => route(`/projects/${id}`, name))
  main().replaceChildren(...links, button('New project', addProject))
}

async function showProject(id: string): Promise<void> {
  const { name } = await callApi<Project>(`/api/projects/${id}`)
  const heading = document.createElement('h1')
  heading.textContent = name
  main().replaceChildren(heading)
}

async function addProject(): Promise<void> {
  const headers = { 'Content-Type': 'application/json' }
  const body = JSON.stringify({ name: 'Another project' })
  await callApi('/api/projects', { method: 'POST', headers, body })
}

function showAccount(): void {
  const account = document.getElementById('account')!
  if (me.status === 'signed-out') {
    const { loginUrl } = me
    account.replaceChildren(button('Sign in', () => goToSignIn(loginUrl)))
  } else {
    const signedIn: SignedIn = me
    const name = signedIn.user.name ?? signedIn.user.email ?? signedIn.user.id
    account.replaceChildren(
      `${name} `,
      button('Sign out', () => signOut(signedIn)),
    )
  }
}

/** Reads `/me` again, and shows the page again where another user, or none, is signed in now. */
async function lookAgain(): Promise<void> {
  const before = sessionOf(me)
  me = await readMe()
  if (sessionOf(me) !== before) await show()
}

/** The token differs from session to session. */
function sessionOf(one: Me): string | undefined {
  return one.status === 'signed-in' ? one.csrfToken : undefined
}

/** Only links of the front end: `/login`, `/portal` and the like are pages of Express. */
function followRoute(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>('a[data-route]')
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  history.pushState(null, '', link.href)
  void show()
}

function route(href: string, text: string): HTMLElement {
  const link = Object.assign(document.createElement('a'), { href, textContent: text })
  link.dataset.route = ''
  return link
}

function button(text: string, act: () => Promise<unknown>): HTMLElement {
  const element = Object.assign(document.createElement('button'), { textContent: text })
  element.addEventListener('click', () => void act().then(show, showFailure))
  return element
}

function showFailure(error: unknown): void {
  write(error instanceof ApiError ? error.message : 'Something went wrong. Reload the page.')
}

function write(text: string): void {
  main().textContent = text
}

function main(): HTMLElement {
  return document.getElementById('main')!
}
