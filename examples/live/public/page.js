const sessionOver = 4401
/** A socket that was open for so long, in milliseconds, was accepted for good. */
const lastingMs = 10_000
const sentences = {
  role_required: 'Only admins can publish.',
  signed_out: 'Your session has ended.',
  try_again: 'That did not work. Try again in a moment.',
}
const state = document.querySelector('#state')
const publish = document.querySelector('#publish')
const answer = document.querySelector('#answer')
let socket
/** The number of attempts since a socket was last open for long. */
let tries = 0

connect()
publish.addEventListener('click', () => socket.send('publish'))

function connect() {
  const url = new URL('live', location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  socket = new WebSocket(url)
  let openedAt = Number.POSITIVE_INFINITY
  socket.addEventListener('open', () => {
    openedAt = performance.now()
  })
  socket.addEventListener('message', ({ data }) => show(JSON.parse(data)))
  socket.addEventListener('close', ({ code }) => {
    void closed(code, performance.now() - openedAt > lastingMs)
  })
}

function show({ roles, done, error }) {
  if (roles) {
    state.textContent = `You are signed in as ${roles.join(', ')}.`
    publish.hidden = !roles.includes('admin')
  }
  if (done || error) answer.textContent = done ? 'Published.' : sentences[error]
}

/**
 * Connects once more after the end of the session, with the cookie that the browser has by now: the
 * session may have been renewed since the socket was opened. In all other cases, `/me` says whether
 * the user is signed in.
 */
async function closed(code, hasLasted) {
  publish.hidden = true
  if (hasLasted) tries = 0
  if (hasLasted && code === sessionOver) return connectSoon()
  const response = await fetch('/me').catch(() => undefined)
  const me = response?.ok ? await response.json() : undefined
  if (me?.status === 'signed-out') return signedOut(me.loginUrl)
  connectSoon()
}

/** Waits longer each time, and not all pages equally long: they may all have lost their sockets. */
function connectSoon() {
  state.textContent = 'The connection was lost. Connecting again…'
  tries += 1
  setTimeout(connect, Math.min(30_000, 500 * 2 ** tries) * (0.5 + Math.random() / 2))
}

function signedOut(loginUrl) {
  const link = document.createElement('a')
  link.href = `${loginUrl}?return_to=/`
  link.textContent = 'Sign in'
  state.replaceChildren('Your session has ended. ', link)
}
