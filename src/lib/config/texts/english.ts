import type { PageTexts } from './page-texts.ts'

export const english: PageTexts = {
  lang: 'en',
  dir: 'ltr',
  common: {
    signedInAs: 'You are signed in as {user}.',
    signedIn: 'You are signed in.',
    stillSignedInAs: 'You are still signed in as {user}.',
    stillSignedIn: 'You are still signed in.',
    signIn: 'Sign in again',
    retry: 'Try again',
    home: 'Go to the start page',
    otherAccount: 'Use another account',
    otherOrganization: 'Switch to {organization}',
    signOut: 'Sign out',
    help: 'Get help',
    code: 'Code: {code}',
    removed: 'Your organization ended your session. If you still need access, ask your IT admin.',
  },
  email: {
    title: 'Sign in',
    label: 'Work email',
    button: 'Continue',
    or: 'or',
    provider: 'Continue with {provider}',
    unknown:
      'We couldn’t find single sign-on for this email. Check the spelling, try another address, or ask your IT admin.',
    unusable:
      'Your company’s single sign-on is switched off, or not set up completely. Your IT admin can help.',
  },
  signOut: {
    title: 'Sign out?',
    text: 'You will need to sign in again to come back.',
    confirm: 'Sign out',
    cancel: 'Stay signed in',
  },
  switch: {
    title: 'Switch accounts?',
    byLink: 'A link asks to sign in {user} instead.',
    byLinkUnnamed: 'A link asks to sign in another account instead.',
    byProvider: 'Your identity provider asks to sign in {user} instead.',
    byProviderUnnamed: 'Your identity provider asks to sign in another account instead.',
    organizationTitle: 'Switch organizations?',
    organizationByLink: 'A link asks to sign in to {organization} instead.',
    organizationByLinkUnnamed: 'A link asks to sign in to another organization instead.',
    organizationByProvider: 'Your identity provider asks to sign in to {organization} instead.',
    organizationByProviderUnnamed:
      'Your identity provider asks to sign in to another organization instead.',
    confirm: 'Switch',
    cancel: 'Stay signed in',
  },
  portal: {
    title: 'Admin portal',
    back: 'Back',
    open: 'Open the admin portal',
    again: 'Open again',
    opening: 'Opening the portal …',
    failed: 'The portal could not be opened.',
    expiring: 'Your portal session is about to expire. Please finish your changes.',
    expired: 'Your portal session has expired.',
    ssoOn: 'Single sign-on is now switched on.',
    ssoOff: 'Single sign-on is now switched off.',
    directoryOn: 'Directory sync is now switched on.',
    directoryOff: 'Directory sync is now switched off.',
  },
  problems: {
    login_state_missing: {
      title: 'This sign-in cannot be finished',
      text: 'Your browser did not send the cookie of this sign-in. The sign-in was already used, or too many were started at once. Please start again.',
    },
    login_cookies_refused: {
      title: 'Your browser did not keep our cookie',
      text: 'Signing in needs cookies, and your browser sent none. Please allow cookies for this site and start again.',
    },
    login_state_used: {
      title: 'This sign-in was already used',
      text: 'Each sign-in works once. You may already be signed in. If not, please start again.',
    },
    login_expired: {
      title: 'That took too long',
      text: 'A sign-in must be finished within ten minutes. Please start again.',
    },
    login_too_old: {
      title: 'Please sign in again',
      text: 'Your session at the identity provider is older than this application accepts. Please sign in there again.',
    },
    login_cancelled: {
      title: 'You cancelled the sign-in',
      text: 'Nothing was changed. You can sign in whenever you like.',
    },
    login_denied: {
      title: 'You were not signed in',
      text: 'Either the sign-in was cancelled, or your company does not allow it. If you did not cancel it, your IT admin can help.',
    },
    login_refused: {
      title: 'You do not have access',
      text: 'This account may not sign in here. Your IT admin can help.',
    },
    login_incomplete: {
      title: 'The sign-in was not finished',
      text: 'It was cancelled, or there was no session to continue. Please start again.',
    },
    login_target_mismatch: {
      title: 'That was another organization',
      text: 'This sign-in was started for a different organization or connection, so it was not accepted.',
    },
    connection_unavailable: {
      title: 'Single sign-on is not available',
      text: 'Your organization’s connection is missing or switched off. Your IT admin can help.',
    },
    target_unknown: {
      title: 'We couldn’t find this organization',
      text: 'The organization or connection of this sign-in does not exist.',
    },
    identity_provider_failed: {
      title: 'Your identity provider had a problem',
      text: 'Its response could not be used. If this happens again, your IT admin can help.',
    },
    provider_unavailable: {
      title: 'Sign-in is not available right now',
      text: 'The sign-in service did not respond. Please try again in a moment.',
    },
    store_unavailable: {
      title: 'Not available right now',
      text: 'We cannot check your session at the moment. You were not signed out. Please try again.',
    },
    sign_out_incomplete: {
      title: 'You are signed out in this browser only',
      text: 'This browser has forgotten your session, but we could not record the sign-out. A copy of the session, if there is one, works until it expires. On a shared computer, close the browser, too.',
    },
    authorization_unavailable: {
      title: 'Not available right now',
      text: 'We cannot check what you may do at the moment. You were not signed out. Please try again.',
    },
    parameter_invalid: {
      title: 'This link is not valid',
      text: 'A part of its address is malformed.',
    },
    ambiguous_target: {
      title: 'This link is not valid',
      text: 'It names more than one organization or connection to sign in to.',
    },
    provider_not_allowed: {
      title: 'This way to sign in is not available',
      text: 'Please choose another one.',
    },
    idp_login_invalid: {
      title: 'This link is not valid',
      text: 'The sign-in that your identity provider started was not accepted, or it has expired. Please start it there again.',
    },
    callback_invalid: {
      title: 'This link is not valid',
      text: 'It does not belong to a sign-in in progress.',
    },
    cross_site_request: {
      title: 'This request came from another site',
      text: 'To protect your account, nothing was changed.',
    },
    organization_required: {
      title: 'No organization was named',
      text: 'This page belongs to an organization, but neither the address nor your sign-in names one.',
    },
    wrong_organization: {
      title: 'This belongs to another organization',
      text: 'You are signed in to an organization that cannot see it.',
    },
    portal_unavailable: {
      title: 'The admin portal is not available right now',
      text: 'It could not be opened, and nothing was changed. Please try again in a moment.',
    },
    role_required: {
      title: 'You do not have access',
      text: 'Your role does not include this page. Your administrator can help.',
    },
    permission_required: {
      title: 'You do not have access',
      text: 'You do not have the permission for this page. Your administrator can help.',
    },
    insufficient_scope: {
      title: 'You do not have access',
      text: 'Your sign-in lacks a scope that this page needs.',
    },
    recent_auth_required: {
      title: 'Please sign in again',
      text: 'To open this page, you need to confirm that it is still you.',
    },
    auth_time_missing: {
      title: 'This page cannot be opened',
      text: 'The sign-in service did not say when you signed in. The operator of this application can help.',
    },
    not_signed_in: {
      title: 'You are not signed in',
      text: 'Nothing was changed. Please sign in and try again.',
    },
    method_not_allowed: {
      title: 'This page cannot be opened this way',
      text: 'A form or a tool sent a kind of request that this address does not accept. Nothing was changed.',
    },
    refused: {
      title: 'You do not have access',
      text: 'This application does not let you open this page.',
    },
    other: {
      title: 'Something went wrong',
      text: 'This is not your fault, and nothing was changed. Please try again in a moment.',
    },
  },
}
