import { expect, it } from 'vitest'
import { authenticatedOrganizations } from '../../../src/lib/auth/authenticated-organizations.ts'
import { sealer } from '../../../src/lib/ground/seal.ts'
import { Secret } from '../../../src/lib/ground/secret.ts'
import { sealedIdentity } from '../../../src/lib/session/sealed-identity.ts'
import { ada } from '../identities.ts'

it('opens what was sealed before a session knew of other organizations than its own', () => {
  const sealed =
    '1.y66SKtXj.KmSaJmnCMBb8FqtXlOJ_-AEh97SjTmfCYcKTIzcHHHSrjb140Bpj-Tyt0DvxREXx1SnyE_AbPkC' +
    'eFO-GuecAEdMKxkMo84sCHmK-Rhv5oRqjEiEsUU4ymvw9qYj4lGUpYdVkdv1xZa7i0y7hmMJPWswhE7rO8IkAt' +
    '52xW6FpAvET4phZKoKHPuynxRgt1Ad00sh8JR2cEJbg_DnE9jqRamxb7Uh-93XLVeCLbRboUkv7X7XkiLAjKw0' +
    'h6l5CG9xiJQT3FBM5-U0Hvkn4UYPVWoTES4BGF-vlnQcejDe5QsxvQEQvgqqcdcx_qajCZp2hpQAqsEq2bIEyF' +
    'UEXc0apCemHON7lKCFEaLnkkbEdmwdKwhGhwqVdPwq9WAMm0BjlnFrF3qew9OYm1ly1CDEXNNZCLJm-6n68_k2' +
    'BKVOxwPs4r9VpYSnRuqgn3-Zu6IogAJBgKCfolB3TSs64ng2yfX6NbSwAYFXC9p9_C8Hu73zesxstpG18u7Gov' +
    '7jAk8NUTXRfSUBHy8mvePgOWgIdscfwkV3bhtbGwH2XnTuXSUa2ih-c5OVBAnhATsOkEBOJ7g1oJg'
  const seal = sealer([new Secret('a secret of these tests alone')], 'session')
  const identity = sealedIdentity(seal, 'scalekit-session').open(sealed)
  expect(identity).toEqual(ada())
  expect(authenticatedOrganizations(identity!)).toEqual(['org_1'])
})
