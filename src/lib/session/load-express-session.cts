import type { IncomingMessage, ServerResponse } from 'node:http'

type Handler = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void

type LoadExpressSession = () => (options: object) => Handler

/** Only when it is called, since most applications have no use for `express-session`. */
const loadExpressSession: LoadExpressSession = () => require('express-session')

// CommonJS, because only its `require` loads at once, on demand and everywhere: in Node, in Jest,
// which cannot run `import.meta`, and in bundles, which have to contain what is loaded.
// @ts-expect-error `erasableSyntaxOnly` knows no way to export from CommonJS.
export = { loadExpressSession: loadExpressSession as LoadExpressSession }
