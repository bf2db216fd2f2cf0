import { ScalekitClient } from 'express-scalekit/client'

const { SCALEKIT_ENVIRONMENT_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET } = process.env
const scalekit = new ScalekitClient(
  SCALEKIT_ENVIRONMENT_URL,
  SCALEKIT_CLIENT_ID,
  SCALEKIT_CLIENT_SECRET,
)

// Your own id of this customer finds the organization again.
const initech = { externalId: 'initech' }
const { organization } = await scalekit.organization.createOrganization('Initech', initech)
const features = ['sso', 'dir_sync']
const link = await scalekit.organization.generatePortalLink(organization.id, { features })
console.log(`For Initech's administrator: ${link.location}`)
