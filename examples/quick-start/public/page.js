const [me, customers] = await Promise.all(['/me', '/api/customers'].map(readJson))

if (me.status === 'signed-in') showMember()
else showVisitor()

// Another tab may have signed out, or in as another user, while this one was in the background.
addEventListener('focus', lookAgain)
// And an administrator may have removed this person from their company's directory.
if (me.status === 'signed-in') {
  setInterval(lookAgain, 500)
  await Promise.all([showOrganizations(), showPeople()])
}

async function lookAgain() {
  const now = await readJson('/me')
  if (now.status === 'signed-out' && me.status === 'signed-in') location.assign('/')
  else if (now.csrfToken !== me.csrfToken) location.reload()
}

function showVisitor() {
  const links = customers.map(({ displayName, domains }) => ({
    text: displayName,
    detail: `people of ${domains.join(', ')}`,
    href: `/login?${new URLSearchParams({ domain: domains[0], return_to: '/welcome' })}`,
  }))
  fill('customers', links)
  element('visitor').hidden = false
}

function showMember() {
  const { user, organizationId, roles, expiresAt } = me
  const organization = customers.find(({ id }) => id === organizationId)
  write('place', placeName())
  write('name', user.name ?? user.email ?? user.id)
  write('email', user.email ?? '—')
  write('organization', organization?.displayName ?? organizationId ?? '—')
  write('roles', roles.join(', ') || 'none')
  write('expires', new Date(expiresAt).toLocaleString())
  fill('pages', [
    ...customers.map(({ id, displayName }) => ({
      text: `${displayName}’s page`,
      detail: `requireOrganization: ${id === organizationId ? 'yours' : 'not yours'}`,
      href: `/organizations/${id}`,
    })),
    { text: 'Page for admins', detail: 'requireRole: admin', href: '/admin' },
    {
      text: 'Admin portal',
      detail: 'portal: for admins, of their own organization',
      href: '/portal',
    },
  ])
  element('sign-out').hidden = false
  element('sign-out').addEventListener('click', signOut)
  element('member').hidden = false
}

async function showOrganizations() {
  const { organizations } = await readJson('/api/organizations')
  const links = organizations.map(({ id, displayName = id, isCurrent, switchUrl }) => ({
    text: isCurrent ? displayName : `Switch to ${displayName}`,
    detail: isCurrent ? 'where you are' : 'signs in there, with the roles you have there',
    href: isCurrent ? undefined : `${switchUrl}&return_to=/welcome`,
  }))
  fill('organizations', links)
}

async function showPeople() {
  const people = await readJson('/api/people')
  const items = people.map(({ name, email }) => {
    const item = Object.assign(document.createElement('li'), { textContent: name })
    item.append(Object.assign(document.createElement('small'), { textContent: email }))
    return item
  })
  element('people').replaceChildren(...items)
}

function placeName() {
  const [, place, id] = location.pathname.split('/')
  if (place === 'admin') return 'The page for admins'
  const customer = customers.find((one) => one.id === id)
  return customer ? `${customer.displayName}’s page` : 'Welcome'
}

async function signOut() {
  const headers = { 'X-CSRF-Token': me.csrfToken }
  const answer = await fetch(me.logoutUrl, { method: 'POST', headers })
  const { redirectTo } = await answer.json()
  location.assign(redirectTo)
}

function fill(id, links) {
  const items = links.map(({ text, detail, href }) => {
    const link = document.createElement(href ? 'a' : 'span')
    Object.assign(link, { textContent: text, ...(href && { href }) })
    link.append(Object.assign(document.createElement('small'), { textContent: detail }))
    const item = document.createElement('li')
    item.append(link)
    return item
  })
  element(id).replaceChildren(...items)
}

function write(id, text) {
  element(id).textContent = text
}

function element(id) {
  return document.getElementById(id)
}

async function readJson(url) {
  const answer = await fetch(url)
  return answer.json()
}
