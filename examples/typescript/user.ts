import type { OnLogin } from 'express-scalekit'

declare module 'express-scalekit' {
  /** `req.scalekit.user` has this field, too, wherever this file is part of the program. */
  interface User {
    readonly plan?: 'free' | 'team'
  }
}

/** Keeps the field in the session at each sign-in; `plan` is optional, as older sessions lack it. */
export const onLogin: OnLogin = ({ identity }) => {
  const plan = identity.roles.includes('admin') ? 'team' : 'free'
  return { user: { plan } }
}
