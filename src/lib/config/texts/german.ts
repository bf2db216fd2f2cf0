import type { PageTexts } from './page-texts.ts'

export const german: PageTexts = {
  lang: 'de',
  dir: 'ltr',
  common: {
    signedInAs: 'Sie sind als {user} angemeldet.',
    signedIn: 'Sie sind angemeldet.',
    stillSignedInAs: 'Sie sind weiterhin als {user} angemeldet.',
    stillSignedIn: 'Sie sind weiterhin angemeldet.',
    signIn: 'Erneut anmelden',
    retry: 'Erneut versuchen',
    home: 'Zur Startseite',
    otherAccount: 'Anderes Konto verwenden',
    otherOrganization: 'Zu {organization} wechseln',
    signOut: 'Abmelden',
    help: 'Hilfe',
    code: 'Code: {code}',
    removed:
      'Ihre Organisation hat Ihre Sitzung beendet. Wenn Sie weiterhin Zugriff brauchen, wenden Sie sich an Ihre Administration.',
  },
  email: {
    title: 'Anmelden',
    label: 'Geschäftliche E-Mail-Adresse',
    button: 'Weiter',
    or: 'oder',
    provider: 'Weiter mit {provider}',
    unknown:
      'Zu dieser Adresse haben wir keine Anmeldung gefunden. Prüfen Sie die Schreibweise, versuchen Sie eine andere Adresse, oder fragen Sie Ihre IT-Abteilung.',
    unusable:
      'Die Anmeldung Ihres Unternehmens ist abgeschaltet oder nicht fertig eingerichtet. Ihre IT-Abteilung kann helfen.',
  },
  signOut: {
    title: 'Abmelden?',
    text: 'Danach müssen Sie sich erneut anmelden, um zurückzukehren.',
    confirm: 'Abmelden',
    cancel: 'Angemeldet bleiben',
  },
  switch: {
    title: 'Konto wechseln?',
    byLink: 'Ein Link möchte stattdessen {user} anmelden.',
    byLinkUnnamed: 'Ein Link möchte stattdessen ein anderes Konto anmelden.',
    byProvider: 'Ihr Identitätsanbieter möchte stattdessen {user} anmelden.',
    byProviderUnnamed: 'Ihr Identitätsanbieter möchte stattdessen ein anderes Konto anmelden.',
    organizationTitle: 'Organisation wechseln?',
    organizationByLink: 'Ein Link möchte Sie stattdessen bei {organization} anmelden.',
    organizationByLinkUnnamed:
      'Ein Link möchte Sie stattdessen bei einer anderen Organisation anmelden.',
    organizationByProvider:
      'Ihr Identitätsanbieter möchte Sie stattdessen bei {organization} anmelden.',
    organizationByProviderUnnamed:
      'Ihr Identitätsanbieter möchte Sie stattdessen bei einer anderen Organisation anmelden.',
    confirm: 'Wechseln',
    cancel: 'Angemeldet bleiben',
  },
  portal: {
    title: 'Verwaltung',
    back: 'Zurück',
    open: 'Verwaltung öffnen',
    again: 'Erneut öffnen',
    opening: 'Die Verwaltung wird geöffnet …',
    failed: 'Die Verwaltung konnte nicht geöffnet werden.',
    expiring: 'Ihre Sitzung läuft bald ab. Bitte schließen Sie Ihre Änderungen ab.',
    expired: 'Ihre Sitzung in der Verwaltung ist abgelaufen.',
    ssoOn: 'Single Sign-on ist jetzt eingeschaltet.',
    ssoOff: 'Single Sign-on ist jetzt ausgeschaltet.',
    directoryOn: 'Der Verzeichnisabgleich ist jetzt eingeschaltet.',
    directoryOff: 'Der Verzeichnisabgleich ist jetzt ausgeschaltet.',
  },
  problems: {
    login_state_missing: {
      title: 'Diese Anmeldung lässt sich nicht abschließen',
      text: 'Ihr Browser hat das Cookie dieser Anmeldung nicht gesendet. Sie wurde bereits verwendet, oder es wurden zu viele zugleich begonnen. Bitte beginnen Sie erneut.',
    },
    login_cookies_refused: {
      title: 'Ihr Browser hat unser Cookie nicht behalten',
      text: 'Zum Anmelden sind Cookies nötig, und Ihr Browser hat keines gesendet. Bitte erlauben Sie Cookies für diese Website und beginnen Sie erneut.',
    },
    login_state_used: {
      title: 'Diese Anmeldung wurde bereits verwendet',
      text: 'Jede Anmeldung gilt einmal. Vielleicht sind Sie schon angemeldet. Falls nicht, beginnen Sie bitte erneut.',
    },
    login_expired: {
      title: 'Das hat zu lange gedauert',
      text: 'Eine Anmeldung muss innerhalb von zehn Minuten abgeschlossen sein. Bitte beginnen Sie erneut.',
    },
    login_too_old: {
      title: 'Bitte melden Sie sich erneut an',
      text: 'Ihre Sitzung beim Identitätsanbieter ist älter, als diese Anwendung zulässt. Bitte melden Sie sich dort erneut an.',
    },
    login_cancelled: {
      title: 'Sie haben die Anmeldung abgebrochen',
      text: 'Es wurde nichts geändert. Sie können sich jederzeit anmelden.',
    },
    login_denied: {
      title: 'Sie wurden nicht angemeldet',
      text: 'Die Anmeldung wurde abgebrochen, oder Ihr Unternehmen lässt sie nicht zu. Wenn Sie nicht abgebrochen haben, kann Ihre Administration helfen.',
    },
    login_refused: {
      title: 'Sie haben keinen Zugriff',
      text: 'Mit diesem Konto können Sie sich hier nicht anmelden. Ihre Administration kann helfen.',
    },
    login_incomplete: {
      title: 'Die Anmeldung wurde nicht abgeschlossen',
      text: 'Sie wurde abgebrochen, oder es gab keine Sitzung, die fortgesetzt werden konnte. Bitte beginnen Sie erneut.',
    },
    login_target_mismatch: {
      title: 'Das war eine andere Organisation',
      text: 'Diese Anmeldung wurde für eine andere Organisation oder Verbindung begonnen und deshalb nicht angenommen.',
    },
    connection_unavailable: {
      title: 'Single Sign-on ist nicht verfügbar',
      text: 'Die Verbindung Ihrer Organisation fehlt oder ist abgeschaltet. Ihre Administration kann helfen.',
    },
    target_unknown: {
      title: 'Diese Organisation haben wir nicht gefunden',
      text: 'Die Organisation oder Verbindung dieser Anmeldung gibt es nicht.',
    },
    identity_provider_failed: {
      title: 'Ihr Identitätsanbieter hatte ein Problem',
      text: 'Seine Antwort war nicht brauchbar. Wenn das wieder geschieht, kann Ihre Administration helfen.',
    },
    provider_unavailable: {
      title: 'Die Anmeldung ist gerade nicht verfügbar',
      text: 'Der Anmeldedienst hat nicht geantwortet. Bitte versuchen Sie es gleich noch einmal.',
    },
    store_unavailable: {
      title: 'Gerade nicht verfügbar',
      text: 'Wir können Ihre Sitzung im Moment nicht prüfen. Sie wurden nicht abgemeldet. Bitte versuchen Sie es erneut.',
    },
    sign_out_incomplete: {
      title: 'Sie sind nur in diesem Browser abgemeldet',
      text: 'Dieser Browser hat Ihre Sitzung vergessen, aber wir konnten die Abmeldung nicht festhalten. Eine Kopie der Sitzung, falls es eine gibt, gilt bis zu ihrem Ablauf. Schließen Sie an einem gemeinsam genutzten Computer auch den Browser.',
    },
    authorization_unavailable: {
      title: 'Gerade nicht verfügbar',
      text: 'Wir können im Moment nicht prüfen, was Sie tun dürfen. Sie wurden nicht abgemeldet. Bitte versuchen Sie es erneut.',
    },
    parameter_invalid: {
      title: 'Dieser Link ist ungültig',
      text: 'Ein Teil seiner Adresse ist fehlerhaft.',
    },
    ambiguous_target: {
      title: 'Dieser Link ist ungültig',
      text: 'Er nennt mehr als eine Organisation oder Verbindung für die Anmeldung.',
    },
    provider_not_allowed: {
      title: 'Diese Art der Anmeldung ist nicht verfügbar',
      text: 'Bitte wählen Sie eine andere.',
    },
    idp_login_invalid: {
      title: 'Dieser Link ist ungültig',
      text: 'Die Anmeldung, die Ihr Identitätsanbieter begonnen hat, wurde nicht angenommen oder ist abgelaufen. Bitte beginnen Sie dort erneut.',
    },
    callback_invalid: {
      title: 'Dieser Link ist ungültig',
      text: 'Er gehört zu keiner laufenden Anmeldung.',
    },
    cross_site_request: {
      title: 'Diese Anfrage kam von einer anderen Website',
      text: 'Zum Schutz Ihres Kontos wurde nichts geändert.',
    },
    organization_required: {
      title: 'Es wurde keine Organisation genannt',
      text: 'Diese Seite gehört zu einer Organisation, aber weder die Adresse noch Ihre Anmeldung nennt eine.',
    },
    wrong_organization: {
      title: 'Das gehört einer anderen Organisation',
      text: 'Sie sind bei einer Organisation angemeldet, die es nicht sehen darf.',
    },
    portal_unavailable: {
      title: 'Die Verwaltung ist gerade nicht verfügbar',
      text: 'Sie konnte nicht geöffnet werden, und es wurde nichts geändert. Bitte versuchen Sie es gleich noch einmal.',
    },
    role_required: {
      title: 'Sie haben keinen Zugriff',
      text: 'Ihre Rolle umfasst diese Seite nicht. Ihre Administration kann helfen.',
    },
    permission_required: {
      title: 'Sie haben keinen Zugriff',
      text: 'Ihnen fehlt die Berechtigung für diese Seite. Ihre Administration kann helfen.',
    },
    insufficient_scope: {
      title: 'Sie haben keinen Zugriff',
      text: 'Ihrer Anmeldung fehlt eine Freigabe, die diese Seite braucht.',
    },
    recent_auth_required: {
      title: 'Bitte melden Sie sich erneut an',
      text: 'Um diese Seite zu öffnen, müssen Sie bestätigen, dass Sie es noch sind.',
    },
    auth_time_missing: {
      title: 'Diese Seite lässt sich nicht öffnen',
      text: 'Der Anmeldedienst hat nicht mitgeteilt, wann Sie sich angemeldet haben. Der Betreiber dieser Anwendung kann helfen.',
    },
    not_signed_in: {
      title: 'Sie sind nicht angemeldet',
      text: 'Es wurde nichts geändert. Bitte melden Sie sich an und versuchen Sie es erneut.',
    },
    method_not_allowed: {
      title: 'Diese Seite lässt sich so nicht öffnen',
      text: 'Ein Formular oder ein Programm hat eine Art von Anfrage gesendet, die diese Adresse nicht annimmt. Es wurde nichts geändert.',
    },
    refused: {
      title: 'Sie haben keinen Zugriff',
      text: 'Diese Anwendung lässt Sie diese Seite nicht öffnen.',
    },
    other: {
      title: 'Etwas ist schiefgegangen',
      text: 'Das liegt nicht an Ihnen, und es wurde nichts geändert. Bitte versuchen Sie es gleich noch einmal.',
    },
  },
}
