import { type Guards, guards } from './guards.ts'

const free = guards()

/** {@inheritDoc Guards.requireAuth} */
export const requireAuth: Guards['requireAuth'] = free.requireAuth
/** {@inheritDoc Guards.requireOrganization} */
export const requireOrganization: Guards['requireOrganization'] = free.requireOrganization
/** {@inheritDoc Guards.requireRole} */
export const requireRole: Guards['requireRole'] = free.requireRole
/** {@inheritDoc Guards.requirePermission} */
export const requirePermission: Guards['requirePermission'] = free.requirePermission
/** {@inheritDoc Guards.requireScope} */
export const requireScope: Guards['requireScope'] = free.requireScope
/** {@inheritDoc Guards.requireRecentAuth} */
export const requireRecentAuth: Guards['requireRecentAuth'] = free.requireRecentAuth
