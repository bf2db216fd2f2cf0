/** Whether this run keeps sessions in the application's own express-session. */
export const isExpressSession: boolean = process.env.TEST_SESSION === 'express-session'

/** The name of the cookie that carries the session over http, in this run. */
export const sessionCookie: string = isExpressSession ? 'connect.sid' : 'scalekit-session'
