const [me, customers] = await Promise.all(['/me', '/api/customers'].map(readJson)).catch(giveUp)

if (me.status === 'signed-in') showMember()
else showVisitor()

// Another tab may have signed out, or in as another user, while this one was in the background.
addEventListener('focus', lookAgain)
// And an administrator may have removed this person from their company's directory.
if (me.status === 'signed-in') {
  setInterval(lookAgain, 500)
  await Promise.all([
    showOrganizations().catch(() => say('organizations', 'They cannot be read right now.')),
    showPeople().catch(() => say('people', 'The directory cannot be read right now.')),
  ])
}

async function lookAgain() {
  // Where the application does not answer, the next look may find it.
  const now = await readJson('/me').catch(() => me)
  if (now.status === 'signed-out' && me.status === 'signed-in') location.assign('/')
  else if (now.csrfToken !== me.csrfToken) location.reload()
}

function showVisitor() {
  const links = customers.map(({ id, displayName, domains }) => ({
    name: displayName,
    detail: domains.length > 0 ? `people of ${domains.join(', ')}` : 'no domain, so by its id',
    href: `/login?${new URLSearchParams({ ...targetOf(id, domains), return_to: '/welcome' })}`,
  }))
  fill('customers', links)
  show('visitor', 'Sign in')
}

function targetOf(id, [domain]) {
  return domain === undefined ? { organization_id: id } : { domain }
}

function showMember() {
  const { user, organizationId, roles, expiresAt } = me
  const organization = customers.find(({ id }) => id === organizationId)
  element('place').replaceChildren(...named(place()))
  write('name', user.name ?? user.email ?? user.id)
  write('email', user.email ?? '—')
  write('organization', organization?.displayName ?? organizationId ?? '—')
  write('roles', roles.join(', ') || 'none')
  write('expires', new Date(expiresAt).toLocaleString())
  fill('pages', [
    ...customers.map(({ id, displayName }) => ({
      name: displayName,
      after: '’s page',
      detail: `requireOrganization: ${id === organizationId ? 'yours' : 'not yours'}`,
      href: `/organizations/${id}`,
    })),
    { after: 'Page for admins', detail: 'requireRole: admin', href: '/admin' },
    {
      after: 'Admin portal',
      detail: 'portal: for admins, of their own organization',
      href: '/portal',
    },
  ])
  element('sign-out').hidden = false
  element('sign-out').addEventListener('click', signOut)
  show('member', `${element('place').textContent}, ${element('organization').textContent}`)
}

/** The document has one heading and says in its title where it is. */
function show(id, title) {
  for (const other of document.querySelectorAll('main > *')) {
    if (other.id !== id) other.remove()
  }
  document.title = `${title} · Quick start`
  element(id).hidden = false
}

function giveUp(error) {
  show('problem', 'Not available')
  element('again').href = location.href
  throw error
}

async function showOrganizations() {
  const { organizations } = await readJson('/api/organizations')
  const links = organizations.map(({ id, displayName = id, isCurrent, switchUrl }) => ({
    before: isCurrent ? '' : 'Switch to ',
    name: displayName,
    detail: isCurrent ? 'where you are' : 'signs in there, with the roles you have there',
    href: isCurrent ? undefined : `${switchUrl}&return_to=/welcome`,
  }))
  fill('organizations', links)
}

async function showPeople() {
  const people = await readJson('/api/people')
  if (people.length === 0) say('people', 'There is no directory, or it is empty.')
  else list(people)
}

function list(people) {
  const items = people.map(({ name, email }) => {
    const item = document.createElement('li')
    item.append(...named({ name }))
    item.append(Object.assign(document.createElement('small'), { textContent: email }))
    return item
  })
  element('people').replaceChildren(...items)
}

function place() {
  const [, page, id] = location.pathname.split('/')
  if (page === 'admin') return { after: 'The page for admins' }
  const customer = customers.find((one) => one.id === id)
  return customer ? { name: customer.displayName, after: '’s page' } : { after: 'Welcome' }
}

/** A name may be written from right to left, and must not turn the words around it. */
function named({ before = '', name = '', after = '' }) {
  return [before, Object.assign(document.createElement('bdi'), { textContent: name }), after]
}

async function signOut() {
  const headers = { 'X-CSRF-Token': me.csrfToken }
  try {
    const answer = await fetch(me.logoutUrl, { method: 'POST', headers })
    const { redirectTo } = await answer.json()
    location.assign(redirectTo)
  } catch {
    // The kit's own page asks, and says what is wrong.
    location.assign(me.logoutUrl)
  }
}

function fill(id, links) {
  const items = links.map(({ detail, href, ...words }) => {
    const link = document.createElement(href ? 'a' : 'span')
    Object.assign(link, href && { href })
    link.append(...named(words))
    link.append(Object.assign(document.createElement('small'), { textContent: detail }))
    const item = document.createElement('li')
    item.append(link)
    return item
  })
  element(id).replaceChildren(...items)
}

/** A sentence in place of a list's items. */
function say(id, sentence) {
  const item = Object.assign(document.createElement('li'), { textContent: sentence })
  element(id).replaceChildren(item)
}

function write(id, text) {
  element(id).textContent = text
}

function element(id) {
  return document.getElementById(id)
}

async function readJson(url) {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  return answer.json()
}
