/**
 * The CSS of every page of the kit. Logical properties mirror the layout for right-to-left scripts.
 */
export const ownStyle: string = `
:root { color-scheme: light dark; --ink: #16181d; --soft: #5b616e; --paper: #fff; --back: #f3f4f7; --line: #dfe2e8; --field: #8a909d; --accent: #3346d3; --on-accent: #fff; --alert: #b3261e; --radius: .6rem }
@media (prefers-color-scheme: dark) { :root { --ink: #eceef2; --soft: #a2a9b8; --paper: #1b1e25; --back: #111318; --line: #2e333d; --field: #767d8c; --accent: #93a2ff; --on-accent: #0d1020; --alert: #ffb4ab } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.25rem; background: var(--back); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
main { width: 100%; max-width: 27rem; padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: 1rem; box-shadow: 0 1px 2px rgb(0 0 0 / .04), 0 12px 32px rgb(0 0 0 / .06) }
@media (max-width: 30rem) { main { padding: 1.5rem } }
.brand { margin: 0 0 1.5rem; color: var(--ink); font-weight: 650; overflow-wrap: anywhere }
.brand img { display: block; max-width: 100%; max-height: 2.5rem }
h1 { margin: 0 0 .5rem; font-size: 1.35rem; line-height: 1.3; letter-spacing: -.01em; text-wrap: balance; overflow-wrap: break-word }
p { margin: 0 0 1rem; color: var(--soft); overflow-wrap: break-word }
b { color: var(--ink); font-weight: 600; overflow-wrap: anywhere }
.notice { margin-block-start: 1rem; padding: .75rem 1rem; color: var(--ink); background: var(--back); border-inline-start: 3px solid var(--accent); border-radius: .3rem }
.ways { display: flex; flex-wrap: wrap; gap: .75rem; margin-block-start: 1.5rem }
form + .ways { margin-block-start: .75rem }
.ways form { display: flex; flex: 1 1 auto }
.ways a, .ways button { flex: 1 1 auto; min-height: 2.75rem; padding: .55rem .9rem; font: inherit; font-weight: 600; text-align: center; text-decoration: none; border-radius: var(--radius); border: 1px solid var(--line); background: transparent; color: var(--ink); cursor: pointer; overflow-wrap: anywhere }
.ways .first { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
.ways a:hover, .ways button:hover { border-color: var(--field) }
.ways a:focus-visible, .ways button:focus-visible, .help a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.column { flex-direction: column }
.ways .help, .help a { flex: none; min-height: 0; padding: 0; border: 0; color: var(--accent); font-weight: 600; text-decoration: underline; text-underline-offset: .15em }
.help { margin: 1.25rem 0 0 }
label { display: block; margin: 0 0 .4rem; font-weight: 600; font-size: .9375rem }
input { width: 100%; min-height: 2.75rem; padding: .55rem .8rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--field); border-radius: var(--radius) }
input:focus { outline: 3px solid var(--accent); outline-offset: -1px; border-color: transparent }
input[type=email] { direction: ltr; text-align: start }
input[aria-invalid] { border-color: var(--alert) }
#problem { margin: .5rem 0 0; color: var(--alert); font-size: .9375rem }
.or { display: flex; align-items: center; gap: .75rem; margin: 1.25rem 0 -.25rem; font-size: .875rem }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line) }
.code { margin: 1.5rem 0 0; padding-block-start: 1rem; border-block-start: 1px solid var(--line); font-size: .8125rem }
code { font: .8125rem ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--ink); overflow-wrap: anywhere }
`
