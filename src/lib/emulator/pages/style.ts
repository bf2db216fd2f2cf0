/**
 * The style sheet of the emulator's pages. A provider's class sets only its colour, never its logo.
 * Links and focus outlines have colours of their own: a provider's may be too dark in the dark.
 */
export const style: string = `
:root {
  color-scheme: light dark;
  --inset: 28px; --ground: #eef0f4; --surface: #fff; --line: #d9dde5; --hover: #f5f7fa;
  --ink: #1a1f2b; --quiet: #5b6475; --wrong: #a61b29; --accent: #3d4f8f;
  --link: #2647b8; --focus: #1d4ed8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10131a; --surface: #1a1f29; --line: #323948; --hover: #232a37;
    --ink: #eceff5; --quiet: #a2abbc; --wrong: #ff9a9f; --accent: #5568b0;
    --link: #a9b9ff; --focus: #c3ceff;
  }
}
@media (max-width: 480px) { :root { --inset: 20px; } }
.okta { --accent: #1b59f8; }
.google { --accent: #1967d2; }
.microsoft, .microsoft_ad { --accent: #0067b8; }
.onelogin { --accent: #1c4a5e; }
.auth0, .gitlab { --accent: #c2410c; }
.ping_identity { --accent: #b3282d; }
.jumpcloud, .salesforce { --accent: #0b6e74; }
.linkedin { --accent: #0a66c2; }
.github { --accent: #444c56; }
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: grid; grid-template-rows: 1fr auto; gap: 24px;
  padding: 32px 16px 20px; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere;
}
a { color: var(--link); text-underline-offset: 2px; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
main { width: 100%; max-width: 440px; margin: auto; }
main, .stack { display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; }
.card {
  background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: var(--inset);
  box-shadow: 0 1px 2px #0000000f, 0 12px 32px #00000014;
}
.band {
  margin: calc(-1 * var(--inset)) calc(-1 * var(--inset)) 24px; padding: 13px var(--inset); background: var(--accent); color: #fff;
  font-weight: 600; font-size: 15px; border-radius: 13px 13px 0 0;
}
h1 { margin: 0 0 6px; font-size: 24px; line-height: 1.25; letter-spacing: -0.01em; text-wrap: pretty; }
h2 { margin: 0 0 2px; font-size: 18px; }
h2 + form { margin-top: 14px; }
p { margin: 0 0 20px; color: var(--quiet); }
p:last-child { margin-bottom: 0; }
ul { list-style: none; margin: 0; padding: 0; }
code { font: 13px/1.6 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 16px; margin: 12px 0 16px; font-size: 14px; }
dl:last-child { margin-bottom: 0; }
dt { color: var(--quiet); }
dd { margin: 0; grid-column: 2; }
.people { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; }
button, input { font: inherit; color: inherit; border-radius: 10px; border: 1px solid var(--line); }
button { cursor: pointer; background: none; overflow-wrap: normal; }
button:hover { background: var(--hover); }
button:focus-visible, input:focus-visible { border-radius: 10px; }
.people button { overflow-wrap: anywhere; }
.people button, .person {
  display: flex; align-items: center; gap: 12px; width: 100%; padding: 10px 12px; text-align: start;
}
.person { flex-wrap: wrap; align-items: baseline; gap: 6px 8px; padding: 8px 0; border-top: 1px solid var(--line); }
.person button { padding: 4px 8px; font-size: 14px; }
ul + p { margin-top: 16px; }
.people button[autofocus] { border-color: var(--accent); }
.initials {
  flex: none; width: 38px; height: 38px; border-radius: 50%; display: grid; place-items: center;
  background: var(--accent); color: #fff; font-size: 14px; font-weight: 600;
}
.refuses .initials { background: none; color: var(--quiet); border: 1px dashed var(--quiet); }
.who { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; column-gap: 8px; min-width: 0; flex: 1 1 180px; line-height: 1.35; }
.who:has(+ form) { flex-basis: 100%; }
.who, .who > * { max-width: 100%; }
.who strong { font-weight: 600; }
.who span { width: 100%; color: var(--quiet); font-size: 14px; }
.who .note { width: auto; }
.person .note, .who .note { color: var(--quiet); font-size: 13px; }
.refuses .who .note, .problem { color: var(--wrong); }
.person a { flex: none; font-size: 14px; }
.person:target { border-top-color: var(--link); }
.person details { font-size: 14px; }
.person details[open], .person .below { width: 100%; }
.person summary { width: max-content; max-width: 100%; color: var(--quiet); font-size: 13px; cursor: pointer; text-decoration: underline dotted; text-underline-offset: 3px; }
.person details form { padding: 10px 0 6px; }
.person details label { margin: 0 0 8px; font-size: 14px; }
.person details input { padding: 6px 10px; font-weight: 400; }
.person details button { margin: 10px 0 8px; padding: 6px 14px; }
.hint { margin: 0; font-size: 13px; }
.others { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 20px; padding-top: 20px; border-top: 1px solid var(--line); }
.others button { flex: 1 1 auto; padding: 8px 12px; font-size: 14px; color: var(--quiet); }
label { display: block; margin-bottom: 6px; font-weight: 600; font-size: 15px; }
input { width: 100%; padding: 11px 12px; background: var(--surface); border-color: var(--quiet); }
::placeholder { color: var(--quiet); opacity: 1; }
input[aria-invalid] { border-color: var(--wrong); }
input + label { margin-top: 14px; }
.problem { margin: 0 0 12px; font-size: 14px; }
.back { margin: 16px 0 0; font-size: 14px; }
ul + form { margin-top: 16px; }
.row { display: flex; gap: 8px; margin: 0 0 16px; }
.row input { padding: 6px 10px; font-size: 14px; min-width: 0; }
.row button { padding: 6px 14px; font-size: 14px; }
.news { border-left: 3px solid var(--accent); padding-left: 12px; color: var(--ink); }
.primary {
  width: 100%; margin-top: 16px; padding: 11px; font-weight: 600; color: #fff;
  background: var(--accent); border-color: transparent;
}
.primary:hover { background: var(--accent); filter: brightness(1.1); }
.other { width: 100%; margin-top: 16px; padding: 11px; font-weight: 600; }
.danger { color: var(--wrong); border-color: currentcolor; }
.card p + form:not(:has(label)) > button { margin-top: 0; }
.links { display: flex; flex-wrap: wrap; gap: 4px 16px; }
.asks form + form .danger { margin-top: 10px; }
footer { text-align: center; font-size: 14px; color: var(--quiet); }
`
