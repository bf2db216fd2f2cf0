import { onTestFinished } from 'vitest'
import { type Application, type ApplicationParts, startApplication } from './application.ts'

/** Starts an application that ends with the test. */
export async function start(parts: ApplicationParts = {}): Promise<Application> {
  const application = await startApplication(parts)
  onTestFinished(() => application.close())
  return application
}
