import { type Rule, text } from './rules.ts'

// Ids by the API's own rules: some calls check the prefix, and some do not.

export const anyId: Rule<string> = text({ min: 1, max: 32 })
export const organizationId: Rule<string> = text({ min: 1, max: 32, prefix: 'org_' })
export const directoryId: Rule<string> = text({ min: 1, max: 32, prefix: 'dir_' })
export const groupId: Rule<string> = text({ min: 1, max: 37, prefix: 'dirgroup_' })
