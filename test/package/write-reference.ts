import { mkdirSync, writeFileSync } from 'node:fs'
import { root } from './manifest.ts'
import { referencePage } from './reference.ts'

// `npm run reference` writes the page that is generated from the source.
mkdirSync(root('examples/reference'), { recursive: true })
writeFileSync(root('examples/reference/README.md'), referencePage())
