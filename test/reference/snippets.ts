/** One Node.js snippet of Scalekit's API reference. */
export interface Snippet {
  /** Its section of the reference. */
  readonly section: string
  /** What of the client it shows. */
  readonly method: string
  /** To the letter, though the reference's line breaks lost their indentation. */
  readonly code: string
  /** The variable that its answer is in. */
  readonly answer?: string
  /** The reference names this without a snippet, so that this one is ours. */
  readonly isOurs?: true
}

/** All of them, in the order of the reference. */
export const snippets: readonly Snippet[] = [
  {
    section: 'Authentication',
    method: 'new Scalekit',
    code: `
import { Scalekit } from '@scalekit-sdk/node';
const scalekit = new Scalekit(
'<SCALEKIT_ENVIRONMENT_URL>',
'<SCALEKIT_CLIENT_ID>',
'<SCALEKIT_CLIENT_SECRET>',
);
`,
    answer: 'scalekit',
  },
  {
    section: 'Error Handling',
    method: 'ApiError',
    code: `const error = await sc.organization.getOrganization('org_1').catch((error) => error);`,
    answer: 'error',
    isOurs: true,
  },
  {
    section: 'Authorization URL',
    method: 'getAuthorizationUrl',
    code: `
import { ScalekitClient } from '@scalekit-sdk/node';
// Initialize the SDK client
const scalekit = new ScalekitClient('<SCALEKIT_ENVIRONMENT_URL>', '<SCALEKIT_CLIENT_ID>', '<SCALEKIT_CLIENT_SECRET>');
const options = {};
// Option 1: Authorization URL with the organization ID
options['organizationId'] = 'org_15421144869927830';
// Option 2: Authorization URL with login hint
options.connectionId = 'conn_15696105471768821';
// Option 3: Authorization URL with login hint
options.loginHint = 'user@example.com';
const authorizationURL = scalekit.getAuthorizationUrl(redirectUrl, options);
`,
    answer: 'authorizationURL',
  },
  {
    section: 'Token URL',
    method: 'authenticateWithCode',
    code: `
// Handle the oauth redirect
const { code, error, error_description } = req.query;
if (error) {
// Handle error
return throw new Error(error_description);
}
// Fetch user details by exchanding the code received in the request params
const { user } = await scalekit.authenticateWithCode(
code,
"<redirectUri>"
);
`,
    answer: 'user',
  },
  {
    section: 'List All Organizations',
    method: 'organization.listOrganization',
    code: `
const organizations = await scalekit.organization.listOrganization({
pageSize: 10,
});
`,
    answer: 'organizations',
  },
  {
    section: 'Create a New Organization',
    method: 'organization.createOrganization',
    code: `
const organization = await sc.organization.createOrganization(name, {
externalId: 'externalId',
});
`,
    answer: 'organization',
  },
  {
    section: 'Retrieve Organization Information',
    method: 'organization.getOrganization',
    code: `
const sc = new ScalekitClient(
<SCALEKIT_ENVIRONMENT_URL>,
<SCALEKIT_CLIENT_ID>,
<SCALEKIT_CLIENT_SECRET>
);
const organization = await sc.organization.getOrganization(organization_id);
`,
    answer: 'organization',
  },
  {
    section: 'Retrieve Organization Information',
    method: 'organization.getOrganizationByExternalId',
    code: `const organization = await sc.organization.getOrganizationByExternalId('acme');`,
    answer: 'organization',
    isOurs: true,
  },
  {
    section: 'Update Organization Information',
    method: 'organization.updateOrganization',
    code: `
const organization = await sc.organization.updateOrganization(organization_id, {
displayName: 'displayName',
externalId: 'externalId',
});
`,
    answer: 'organization',
  },
  {
    section: 'Update Organization Information',
    method: 'organization.updateOrganizationByExternalId',
    code: `
const organization = await sc.organization.updateOrganizationByExternalId('acme', {
displayName: 'displayName',
});
`,
    answer: 'organization',
    isOurs: true,
  },
  {
    section: 'Update Organization Settings',
    method: 'organization.updateOrganizationSettings',
    code: `
const settings = {
features: [{
name: 'sso',
enabled: true
},
{
name: 'dir_sync',
enabled: true
},
],
}
await sc.organization.updateOrganizationSettings('<organization_id>', settings);
`,
  },
  {
    section: 'Delete an Organization',
    method: 'organization.deleteOrganization',
    code: `
await sc.organization.deleteOrganization(organizationId);
`,
  },
  {
    section: 'Delete an Organization',
    method: 'organization.deleteOrganizationByExternalId',
    code: `await sc.organization.deleteOrganizationByExternalId('acme');`,
    isOurs: true,
  },
  {
    section: 'Generate Portal link',
    method: 'organization.generatePortalLink',
    code: `
const link = await sc.organization.generatePortalLink(organization_id);
`,
    answer: 'link',
  },
  {
    section: 'List All Connections',
    method: 'connection.listConnections',
    code: `
const connections = await sc.connection.listConnections(organizationId);
`,
    answer: 'connections',
  },
  {
    section: 'List All Connections',
    method: 'connection.listConnectionsByDomain',
    code: `const connections = await sc.connection.listConnectionsByDomain('acme.example');`,
    answer: 'connections',
    isOurs: true,
  },
  {
    section: 'Retrieve Connection Details',
    method: 'connection.getConnection',
    code: `
const connection = await sc.connection.getConnection(
organizationId,
connectionId
);
`,
    answer: 'connection',
  },
  {
    section: 'Disable a Connection for an Organization',
    method: 'connection.disableConnection',
    code: `
await sc.connection.disableConnection(organizationId, connectionId);
`,
  },
  // The reference has this section twice, to the letter.
  {
    section: 'Enable a Connection for an Organization',
    method: 'connection.enableConnection',
    code: `
await sc.connection.enableConnection(organizationId, connectionId);
`,
  },
  {
    section: 'Enable a Directory',
    method: 'directory.enableDirectory',
    code: `
await sc.directory.enableDirectory(
'<organization_id>',
'<directory_id>'
);
`,
  },
  {
    section: 'Get Directory',
    method: 'directory.getDirectory',
    code: `
const { directory } = await scalekit.directory.getDirectory(
organizationId,
directoryId
);
`,
    answer: 'directory',
  },
  {
    section: 'Get Directory',
    method: 'directory.getPrimaryDirectoryByOrganizationId',
    code: `
const { directory } = await scalekit.directory.getPrimaryDirectoryByOrganizationId(
organizationId
);
`,
    answer: 'directory',
  },
  {
    section: 'List Users in Directory',
    method: 'directory.listDirectoryUsers',
    code: `
const { users } = await scalekit.directory.listDirectoryUsers('<organization_id>', '<directory_id>');
`,
    answer: 'users',
  },
  {
    section: 'List Groups in Directory',
    method: 'directory.listDirectoryGroups',
    code: `
const { groups } = await scalekit.directory.listDirectoryGroups('<organization_id>', '<directory_id>');
`,
    answer: 'groups',
  },
  {
    section: 'List Directories for an Organization',
    method: 'directory.listDirectories',
    code: `
await scalekit.directory.listDirectories('<organization_id>');
`,
  },
  {
    section: 'Disable a Directory',
    method: 'directory.disableDirectory',
    code: `
await scalekit.directory.disableDirectory(
'<organization_id>',
'<directory_id>'
);
`,
  },
]
