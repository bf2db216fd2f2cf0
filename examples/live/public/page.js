const sessionOver = 4401
const state = document.querySelector('#state')
const publish = document.querySelector('#publish')
const answer = document.querySelector('#answer')
let socket
/** How often it was tried since the socket was last open. */
let tries = 0

connect()
publish.addEventListener('click', () => socket.send('publish'))

function connect() {
  const url = new URL('live', location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  socket = new WebSocket(url)
  let isOpen = false
  socket.addEventListener('open', () => {
    isOpen = true
  })
  socket.addEventListener('message', ({ data }) => show(JSON.parse(data)))
  socket.addEventListener('close', ({ code }) => void closed(code, isOpen))
}

function show({ roles, done, error }) {
  if (roles) {
    tries = 0
    state.textContent = `You are signed in as ${roles.join(', ')}.`
    publish.hidden = !roles.includes('admin')
  }
  if (done || error) answer.textContent = done ? 'Published.' : 'Only admins can publish.'
}

/**
 * Once more with the cookie that the browser has by now: the session may have been renewed since the
 * socket was opened. Then `/me` says whether the user is signed in.
 */
async function closed(code, wasOpen) {
  publish.hidden = true
  if (wasOpen && code === sessionOver) return connect()
  const response = await fetch('/me').catch(() => undefined)
  const me = response?.ok ? await response.json() : undefined
  if (me?.status === 'signed-out') return signedOut(me.loginUrl)
  state.textContent = 'The connection was lost. Connecting again…'
  tries += 1
  // Not all pages at the same moment, after a restart of the server.
  setTimeout(connect, Math.min(30_000, 500 * 2 ** tries) * (0.5 + Math.random() / 2))
}

function signedOut(loginUrl) {
  const link = document.createElement('a')
  link.href = `${loginUrl}?return_to=/`
  link.textContent = 'Sign in'
  state.replaceChildren('Your session has ended. ', link)
}
