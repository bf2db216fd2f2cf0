import type { PageTexts } from 'express-scalekit'

const administrator = 'Votre administrateur peut vous aider.'
const again = 'Veuillez recommencer.'
const noAccess = 'Vous n’avez pas accès'
const invalidLink = 'Ce lien n’est pas valide'
const unavailable = 'Indisponible pour le moment'

/** A third language: one object, whose type says which texts are missing. */
export const french: PageTexts = {
  lang: 'fr',
  dir: 'ltr',
  common: {
    signedInAs: 'Vous êtes connecté en tant que {user}.',
    signedIn: 'Vous êtes connecté.',
    stillSignedInAs: 'Vous êtes toujours connecté en tant que {user}.',
    stillSignedIn: 'Vous êtes toujours connecté.',
    signIn: 'Se reconnecter',
    retry: 'Réessayer',
    home: 'Aller à la page d’accueil',
    otherAccount: 'Utiliser un autre compte',
    otherOrganization: 'Passer à {organization}',
    signOut: 'Se déconnecter',
    help: 'Obtenir de l’aide',
    code: 'Code : {code}',
    removed:
      'Votre organisation a mis fin à votre session. Si vous avez encore besoin d’un accès, adressez-vous à votre administrateur.',
  },
  email: {
    title: 'Connexion',
    label: 'Adresse e-mail professionnelle',
    button: 'Continuer',
    or: 'ou',
    provider: 'Continuer avec {provider}',
    unknown:
      'Aucune connexion n’existe pour cette adresse. Vérifiez l’orthographe, essayez une autre adresse ou demandez à votre service informatique.',
    unusable: `La connexion de votre entreprise est désactivée ou incomplète. ${administrator}`,
  },
  signOut: {
    title: 'Se déconnecter ?',
    text: 'Vous devrez vous reconnecter pour revenir.',
    confirm: 'Se déconnecter',
    cancel: 'Rester connecté',
  },
  switch: {
    title: 'Changer de compte ?',
    byLink: 'Un lien demande de connecter {user} à la place.',
    byLinkUnnamed: 'Un lien demande de connecter un autre compte à la place.',
    byProvider: 'Votre fournisseur d’identité demande de connecter {user} à la place.',
    byProviderUnnamed:
      'Votre fournisseur d’identité demande de connecter un autre compte à la place.',
    organizationTitle: 'Changer d’organisation ?',
    organizationByLink: 'Un lien demande de vous connecter à {organization} à la place.',
    organizationByLinkUnnamed:
      'Un lien demande de vous connecter à une autre organisation à la place.',
    organizationByProvider:
      'Votre fournisseur d’identité demande de vous connecter à {organization} à la place.',
    organizationByProviderUnnamed:
      'Votre fournisseur d’identité demande de vous connecter à une autre organisation à la place.',
    confirm: 'Changer',
    cancel: 'Rester connecté',
  },
  portal: {
    title: 'Portail d’administration',
    back: 'Retour',
    open: 'Ouvrir le portail d’administration',
    again: 'Ouvrir à nouveau',
    opening: 'Ouverture du portail…',
    failed: 'Le portail n’a pas pu être ouvert.',
    expiring: 'Votre session du portail va expirer. Veuillez terminer vos modifications.',
    expired: 'Votre session du portail a expiré.',
    ssoOn: 'L’authentification unique est maintenant activée.',
    ssoOff: 'L’authentification unique est maintenant désactivée.',
    directoryOn: 'La synchronisation de l’annuaire est maintenant activée.',
    directoryOff: 'La synchronisation de l’annuaire est maintenant désactivée.',
  },
  problems: {
    login_state_missing: {
      title: 'Cette connexion ne peut pas aboutir',
      text: `Votre navigateur n’a pas envoyé le cookie de cette connexion. ${again}`,
    },
    login_cookies_refused: {
      title: 'Votre navigateur n’a pas gardé notre cookie',
      text: `La connexion nécessite des cookies. Autorisez-les pour ce site. ${again}`,
    },
    login_state_used: {
      title: 'Cette connexion a déjà servi',
      text: `Chaque connexion ne sert qu’une fois. Vous êtes peut-être déjà connecté. Sinon, recommencez.`,
    },
    login_expired: {
      title: 'C’était trop long',
      text: `Une connexion doit aboutir en dix minutes. ${again}`,
    },
    login_too_old: {
      title: 'Veuillez vous reconnecter',
      text: 'Votre session chez le fournisseur d’identité est trop ancienne. Reconnectez-vous chez lui.',
    },
    login_cancelled: {
      title: 'Vous avez annulé la connexion',
      text: 'Rien n’a été modifié. Vous pouvez vous connecter à tout moment.',
    },
    login_denied: {
      title: 'Vous n’avez pas été connecté',
      text: `La connexion a été annulée, ou votre entreprise ne l’autorise pas. ${administrator}`,
    },
    login_refused: {
      title: noAccess,
      text: `Ce compte ne peut pas se connecter ici. ${administrator}`,
    },
    login_incomplete: {
      title: 'La connexion n’a pas abouti',
      text: `Elle a été annulée, ou aucune session ne pouvait continuer. ${again}`,
    },
    login_target_mismatch: {
      title: 'C’était une autre organisation',
      text: 'Cette connexion avait été commencée pour une autre organisation et n’a pas été acceptée.',
    },
    connection_unavailable: {
      title: 'L’authentification unique n’est pas disponible',
      text: `La connexion de votre organisation manque ou est désactivée. ${administrator}`,
    },
    target_unknown: {
      title: 'Organisation introuvable',
      text: 'L’organisation ou la connexion demandée n’existe pas.',
    },
    identity_provider_failed: {
      title: 'Votre fournisseur d’identité a eu un problème',
      text: `Sa réponse n’était pas utilisable. ${administrator}`,
    },
    provider_unavailable: {
      title: 'La connexion est indisponible pour le moment',
      text: 'Le service de connexion n’a pas répondu. Réessayez dans un instant.',
    },
    store_unavailable: {
      title: unavailable,
      text: 'Nous ne pouvons pas vérifier votre session. Vous n’avez pas été déconnecté. Réessayez.',
    },
    sign_out_incomplete: {
      title: 'Vous n’êtes déconnecté que dans ce navigateur',
      text: 'La déconnexion n’a pas pu être enregistrée. Une copie de la session fonctionne jusqu’à son expiration. Sur un ordinateur partagé, fermez aussi le navigateur.',
    },
    authorization_unavailable: {
      title: unavailable,
      text: 'Nous ne pouvons pas vérifier vos droits. Vous n’avez pas été déconnecté. Réessayez.',
    },
    parameter_invalid: { title: invalidLink, text: 'Une partie de son adresse est incorrecte.' },
    ambiguous_target: {
      title: invalidLink,
      text: 'Il désigne plusieurs organisations ou connexions.',
    },
    provider_not_allowed: {
      title: 'Ce mode de connexion n’est pas disponible',
      text: 'Choisissez-en un autre.',
    },
    idp_login_invalid: {
      title: invalidLink,
      text: 'La connexion commencée chez votre fournisseur d’identité a expiré ou n’a pas été acceptée. Recommencez chez lui.',
    },
    callback_invalid: {
      title: invalidLink,
      text: 'Il n’appartient à aucune connexion en cours.',
    },
    cross_site_request: {
      title: 'Cette demande venait d’un autre site',
      text: 'Pour protéger votre compte, rien n’a été modifié.',
    },
    organization_required: {
      title: 'Aucune organisation n’est indiquée',
      text: 'Cette page appartient à une organisation, mais ni l’adresse ni votre connexion n’en indique une.',
    },
    wrong_organization: {
      title: 'Cela appartient à une autre organisation',
      text: 'Vous êtes connecté à une organisation qui ne peut pas le voir.',
    },
    portal_unavailable: {
      title: 'Le portail est indisponible pour le moment',
      text: 'Il n’a pas pu être ouvert, et rien n’a été modifié. Réessayez dans un instant.',
    },
    role_required: {
      title: noAccess,
      text: `Votre rôle n’inclut pas cette page. ${administrator}`,
    },
    permission_required: {
      title: noAccess,
      text: `Vous n’avez pas l’autorisation pour cette page. ${administrator}`,
    },
    insufficient_scope: {
      title: noAccess,
      text: 'Il manque à votre connexion une portée dont cette page a besoin.',
    },
    recent_auth_required: {
      title: 'Veuillez vous reconnecter',
      text: 'Pour ouvrir cette page, confirmez que c’est toujours vous.',
    },
    auth_time_missing: {
      title: 'Cette page ne peut pas être ouverte',
      text: 'Le service de connexion n’a pas indiqué quand vous vous êtes connecté. L’exploitant de cette application peut vous aider.',
    },
    not_signed_in: {
      title: 'Vous n’êtes pas connecté',
      text: 'Rien n’a été modifié. Connectez-vous et réessayez.',
    },
    method_not_allowed: {
      title: 'Cette page ne peut pas être ouverte ainsi',
      text: 'Cette adresse n’accepte pas ce type de requête. Rien n’a été modifié.',
    },
    refused: { title: noAccess, text: 'Cette application ne vous laisse pas ouvrir cette page.' },
    other: {
      title: 'Un problème est survenu',
      text: 'Ce n’est pas votre faute, et rien n’a été modifié. Réessayez dans un instant.',
    },
  },
}
