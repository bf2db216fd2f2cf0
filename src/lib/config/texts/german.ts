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
      'Ihre Organisation hat Ihre Sitzung beendet. Wenn Sie weiterhin Zugriff benötigen, wenden Sie sich an Ihre IT-Abteilung.',
  },
  email: {
    title: 'Anmelden',
    label: 'Geschäftliche E-Mail-Adresse',
    button: 'Weiter',
    or: 'oder',
    provider: 'Weiter mit {provider}',
    unknown:
      'Für diese E-Mail-Adresse haben wir kein Single Sign-on gefunden. Prüfen Sie die Schreibweise, versuchen Sie es mit einer anderen Adresse oder fragen Sie Ihre IT-Abteilung.',
    unusable:
      'Das Single Sign-on Ihres Unternehmens ist ausgeschaltet oder noch nicht vollständig eingerichtet. Ihre IT-Abteilung kann Ihnen helfen.',
  },
  signOut: {
    title: 'Abmelden?',
    text: 'Um zurückzukehren, müssen Sie sich dann erneut anmelden.',
    confirm: 'Abmelden',
    cancel: 'Angemeldet bleiben',
  },
  switch: {
    title: 'Konto wechseln?',
    byLink: 'Über einen Link soll stattdessen {user} angemeldet werden.',
    byLinkUnnamed: 'Über einen Link soll stattdessen ein anderes Konto angemeldet werden.',
    byProvider: 'Über Ihren Identitätsanbieter soll stattdessen {user} angemeldet werden.',
    byProviderUnnamed:
      'Über Ihren Identitätsanbieter soll stattdessen ein anderes Konto angemeldet werden.',
    organizationTitle: 'Organisation wechseln?',
    organizationByLink:
      'Über einen Link sollen Sie stattdessen bei {organization} angemeldet werden.',
    organizationByLinkUnnamed:
      'Über einen Link sollen Sie stattdessen bei einer anderen Organisation angemeldet werden.',
    organizationByProvider:
      'Über Ihren Identitätsanbieter sollen Sie stattdessen bei {organization} angemeldet werden.',
    organizationByProviderUnnamed:
      'Über Ihren Identitätsanbieter sollen Sie stattdessen bei einer anderen Organisation angemeldet werden.',
    confirm: 'Wechseln',
    cancel: 'Angemeldet bleiben',
  },
  portal: {
    title: 'Adminportal',
    back: 'Zurück',
    open: 'Adminportal öffnen',
    again: 'Erneut öffnen',
    opening: 'Das Adminportal wird geöffnet …',
    failed: 'Das Adminportal konnte nicht geöffnet werden.',
    expiring: 'Ihre Sitzung im Adminportal läuft bald ab. Bitte schließen Sie Ihre Änderungen ab.',
    expired: 'Ihre Sitzung im Adminportal ist abgelaufen.',
    ssoOn: 'Single Sign-on ist jetzt eingeschaltet.',
    ssoOff: 'Single Sign-on ist jetzt ausgeschaltet.',
    directoryOn: 'Der Verzeichnisabgleich ist jetzt eingeschaltet.',
    directoryOff: 'Der Verzeichnisabgleich ist jetzt ausgeschaltet.',
  },
  problems: {
    login_state_missing: {
      title: 'Diese Anmeldung lässt sich nicht abschließen',
      text: 'Ihr Browser hat das Cookie dieser Anmeldung nicht gesendet. Diese Anmeldung wurde bereits verwendet, oder es wurden zu viele Anmeldungen gleichzeitig begonnen. Bitte melden Sie sich erneut an.',
    },
    login_cookies_refused: {
      title: 'Ihr Browser hat unser Cookie nicht gespeichert',
      text: 'Für die Anmeldung sind Cookies erforderlich, aber Ihr Browser hat keines gesendet. Bitte erlauben Sie Cookies für diese Website und melden Sie sich erneut an.',
    },
    login_state_used: {
      title: 'Diese Anmeldung wurde bereits verwendet',
      text: 'Jede Anmeldung kann nur einmal verwendet werden. Möglicherweise sind Sie bereits angemeldet. Falls nicht, melden Sie sich bitte erneut an.',
    },
    login_expired: {
      title: 'Die Anmeldung hat zu lange gedauert',
      text: 'Eine Anmeldung muss innerhalb von zehn Minuten abgeschlossen werden. Bitte melden Sie sich erneut an.',
    },
    login_too_old: {
      title: 'Bitte melden Sie sich erneut an',
      text: 'Ihre Anmeldung beim Identitätsanbieter liegt länger zurück, als diese Anwendung zulässt. Bitte melden Sie sich dort erneut an.',
    },
    login_cancelled: {
      title: 'Sie haben die Anmeldung abgebrochen',
      text: 'Es wurde nichts geändert. Sie können sich jederzeit anmelden.',
    },
    login_denied: {
      title: 'Sie wurden nicht angemeldet',
      text: 'Die Anmeldung wurde abgebrochen, oder Ihr Unternehmen lässt sie nicht zu. Wenn Sie nicht selbst abgebrochen haben, kann Ihre IT-Abteilung Ihnen helfen.',
    },
    login_refused: {
      title: 'Sie haben keinen Zugriff',
      text: 'Mit diesem Konto können Sie sich hier nicht anmelden. Ihre IT-Abteilung kann Ihnen helfen.',
    },
    login_incomplete: {
      title: 'Die Anmeldung wurde nicht abgeschlossen',
      text: 'Diese Anmeldung wurde abgebrochen, oder es gab keine Sitzung, die fortgesetzt werden konnte. Bitte melden Sie sich erneut an.',
    },
    login_target_mismatch: {
      title: 'Das war eine andere Organisation',
      text: 'Diese Anmeldung war für eine andere Organisation oder Verbindung bestimmt und wurde deshalb nicht angenommen.',
    },
    connection_unavailable: {
      title: 'Single Sign-on ist nicht verfügbar',
      text: 'Die Verbindung Ihrer Organisation fehlt oder ist ausgeschaltet. Ihre IT-Abteilung kann Ihnen helfen.',
    },
    target_unknown: {
      title: 'Diese Organisation haben wir nicht gefunden',
      text: 'Die Organisation oder die Verbindung dieser Anmeldung gibt es nicht.',
    },
    identity_provider_failed: {
      title: 'Ihr Identitätsanbieter hatte ein Problem',
      text: 'Seine Antwort konnte nicht verarbeitet werden. Wenn das erneut geschieht, kann Ihre IT-Abteilung Ihnen helfen.',
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
      text: 'In diesem Browser sind Sie abgemeldet, aber wir konnten die Abmeldung nicht speichern. Falls es eine Kopie der Sitzung gibt, bleibt sie gültig, bis sie abläuft. Schließen Sie an einem gemeinsam genutzten Computer auch den Browser.',
    },
    authorization_unavailable: {
      title: 'Gerade nicht verfügbar',
      text: 'Wir können Ihre Berechtigungen im Moment nicht prüfen. Sie wurden nicht abgemeldet. Bitte versuchen Sie es erneut.',
    },
    parameter_invalid: {
      title: 'Dieser Link ist ungültig',
      text: 'Ein Teil seiner Adresse ist fehlerhaft.',
    },
    ambiguous_target: {
      title: 'Dieser Link ist ungültig',
      text: 'Er nennt mehr als eine Organisation oder Verbindung, bei der Sie sich anmelden sollen.',
    },
    provider_not_allowed: {
      title: 'Diese Art der Anmeldung ist nicht verfügbar',
      text: 'Bitte wählen Sie eine andere.',
    },
    idp_login_invalid: {
      title: 'Dieser Link ist ungültig',
      text: 'Die Anmeldung, die bei Ihrem Identitätsanbieter begonnen hat, wurde nicht angenommen oder ist abgelaufen. Bitte starten Sie sie dort erneut.',
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
      title: 'Es wurde keine Organisation angegeben',
      text: 'Diese Seite gehört zu einer Organisation, aber weder die Adresse noch Ihre Anmeldung gibt eine an.',
    },
    wrong_organization: {
      title: 'Diese Seite gehört zu einer anderen Organisation',
      text: 'Sie sind bei einer Organisation angemeldet, die diese Seite nicht sehen darf.',
    },
    portal_unavailable: {
      title: 'Das Adminportal ist gerade nicht verfügbar',
      text: 'Das Adminportal konnte nicht geöffnet werden, und es wurde nichts geändert. Bitte versuchen Sie es gleich noch einmal.',
    },
    role_required: {
      title: 'Sie haben keinen Zugriff',
      text: 'Ihre Rolle berechtigt Sie nicht, diese Seite zu öffnen. Ihre IT-Abteilung kann Ihnen helfen.',
    },
    permission_required: {
      title: 'Sie haben keinen Zugriff',
      text: 'Ihnen fehlt die Berechtigung für diese Seite. Ihre IT-Abteilung kann Ihnen helfen.',
    },
    insufficient_scope: {
      title: 'Sie haben keinen Zugriff',
      text: 'Ihrer Anmeldung fehlt eine Freigabe, die für diese Seite erforderlich ist.',
    },
    recent_auth_required: {
      title: 'Bitte melden Sie sich erneut an',
      text: 'Um diese Seite zu öffnen, müssen Sie bestätigen, dass Sie es wirklich sind.',
    },
    auth_time_missing: {
      title: 'Diese Seite lässt sich nicht öffnen',
      text: 'Der Anmeldedienst hat nicht mitgeteilt, wann Sie sich angemeldet haben. Der Betreiber dieser Anwendung kann Ihnen helfen.',
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
      text: 'Sie dürfen diese Seite nicht öffnen.',
    },
    other: {
      title: 'Etwas ist schiefgegangen',
      text: 'Das liegt nicht an Ihnen, und es wurde nichts geändert. Bitte versuchen Sie es gleich noch einmal.',
    },
  },
}
