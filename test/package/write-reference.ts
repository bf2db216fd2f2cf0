import { mkdirSync, writeFileSync } from 'node:fs'
import { llmsPage } from './llms.ts'
import { root } from './manifest.ts'
import { referencePage } from './reference.ts'
import { seedSchema } from './seed-schema.ts'

// `npm run reference` writes the pages that are generated from the source.
mkdirSync(root('examples/reference'), { recursive: true })
writeFileSync(root('examples/reference/README.md'), referencePage())
writeFileSync(root('examples/llms.txt'), llmsPage())
writeFileSync(root('examples/emulator/seed.schema.json'), seedSchema())
