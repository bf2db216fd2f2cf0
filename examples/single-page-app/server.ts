import { fileURLToPath } from 'node:url'
import express, { type Express, type Router } from 'express'
import { requireAuth, requireRole, type ScalekitAuthOptions, scalekitAuth } from 'express-scalekit'

/** What `vite build` writes. */
const frontEnd = fileURLToPath(new URL('dist', import.meta.url))

/** The API and, in production, the front end: one origin for both. */
export function createApp(options: ScalekitAuthOptions = {}, folder: string = frontEnd): Express {
  const app = express()

  app.use(scalekitAuth(options))
  app.use('/api', api())

  // In development Vite serves the front end, and no request comes here.
  const year = { maxAge: '1y', immutable: true, fallthrough: false }
  app.use('/assets', express.static(`${folder}/assets`, year))
  app.use(express.static(folder))
  // Every other path is a deep link: the front end decides what it shows.
  app.get(/./, (_req, res) => res.sendFile('index.html', { root: folder }))
  return app
}

/** The guard answers `fetch()` with 401 and a problem document that has a `loginUrl`. */
function api(): Router {
  const router = express.Router()
  router.use(requireAuth())
  router.get('/projects', (req, res) => {
    res.json(projectsOf(req.scalekit.organizationId))
  })
  router.get('/projects/:id', (req, res) => {
    const project = projectsOf(req.scalekit.organizationId).find(({ id }) => id === req.params.id)
    if (project) res.json(project)
    else res.status(404).json({ status: 404, detail: 'There is no such project' })
  })
  router.post('/projects', requireRole('admin'), express.json(), (req, res) => {
    const projects = projectsOf(req.scalekit.organizationId)
    const project = { id: `p${projects.length + 1}`, name: String(req.body?.name ?? 'Untitled') }
    projects.push(project)
    res.status(201).json(project)
  })
  router.use((_req, res) => {
    res.status(404).json({ status: 404, detail: 'There is no such endpoint' })
  })
  return router
}

interface Project {
  readonly id: string
  readonly name: string
}

/** In place of your database: each organization has its own projects. */
const projectsByOrganization = new Map<string, Project[]>()

function projectsOf(organizationId: string | undefined): Project[] {
  const key = organizationId ?? ''
  const projects = projectsByOrganization.get(key) ?? [{ id: 'p1', name: 'Rocket skates' }]
  projectsByOrganization.set(key, projects)
  return projects
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  createApp().listen(process.env.PORT ?? 3000)
}
