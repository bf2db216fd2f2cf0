import type { Answer } from '../server/call.ts'
import { createRouter, type Router } from '../server/router.ts'
import { deliveryRoutes } from './delivery-routes.ts'
import { peopleRoutes } from './people-routes.ts'
import type { ControlContext, ControlRoute } from './route.ts'
import { worldRoutes } from './world-routes.ts'

/** The emulator's own API over HTTP, in the order of the table in its guide. */
export const controlRoutes: readonly ControlRoute[] = [
  ...worldRoutes,
  ...peopleRoutes,
  ...deliveryRoutes,
]

/** Answers a call of the emulator's own API. Returns nothing for any other call. */
export const answerControl: Router<ControlContext, undefined | Answer> = createRouter(
  controlRoutes,
  () => undefined,
)
