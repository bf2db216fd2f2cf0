/** Express 4 has no types of its own under this alias; what the tests use is the same in 5. */
declare module 'express4' {
  import express from 'express'
  export default express
}
