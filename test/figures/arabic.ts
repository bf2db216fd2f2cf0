import type { PageTranslation } from '../../src/index.ts'

/** Enough texts in a script from right to left to see whether a page is mirrored. */
export const arabic: PageTranslation = {
  dir: 'rtl',
  common: {
    signedInAs: 'أنت مسجل الدخول باسم {user}.',
    signedIn: 'أنت مسجل الدخول.',
    stillSignedInAs: 'ما زلت مسجل الدخول باسم {user}.',
    stillSignedIn: 'ما زلت مسجل الدخول.',
    signIn: 'تسجيل الدخول مرة أخرى',
    retry: 'حاول مرة أخرى',
    home: 'الانتقال إلى صفحة البداية',
    otherAccount: 'استخدام حساب آخر',
    otherOrganization: 'الانتقال إلى {organization}',
    signOut: 'تسجيل الخروج',
    help: 'الحصول على المساعدة',
    code: 'الرمز: {code}',
    removed: 'أنهت مؤسستك جلستك. إذا كنت لا تزال بحاجة إلى الوصول، فاتصل بالمسؤول.',
  },
  email: {
    title: 'تسجيل الدخول',
    label: 'البريد الإلكتروني للعمل',
    button: 'متابعة',
    or: 'أو',
    provider: 'المتابعة باستخدام {provider}',
    unknown: 'لم نعثر على تسجيل دخول موحد لهذا البريد. تحقق من الكتابة أو جرّب عنوانًا آخر.',
    unusable: 'تسجيل الدخول الموحد لشركتك معطل أو لم يكتمل إعداده.',
  },
  signOut: {
    title: 'تسجيل الخروج؟',
    text: 'سيتعين عليك تسجيل الدخول مرة أخرى للعودة.',
    confirm: 'تسجيل الخروج',
    cancel: 'البقاء مسجلاً',
  },
  switch: {
    title: 'تبديل الحساب؟',
    organizationTitle: 'تبديل المؤسسة؟',
    organizationByLink: 'يطلب رابط تسجيل دخولك إلى {organization} بدلاً من ذلك.',
    organizationByLinkUnnamed: 'يطلب رابط تسجيل دخولك إلى مؤسسة أخرى بدلاً من ذلك.',
    organizationByProvider: 'يطلب موفر الهوية تسجيل دخولك إلى {organization} بدلاً من ذلك.',
    organizationByProviderUnnamed: 'يطلب موفر الهوية تسجيل دخولك إلى مؤسسة أخرى بدلاً من ذلك.',
    byProvider: 'يطلب موفر الهوية تسجيل دخول {user} بدلاً من ذلك.',
    confirm: 'تبديل',
    cancel: 'البقاء مسجلاً',
  },
  portal: { title: 'بوابة المسؤول', back: 'رجوع', again: 'فتح مرة أخرى', expired: 'انتهت الجلسة.' },
  problems: {
    role_required: { title: 'ليس لديك حق الوصول', text: 'دورك لا يشمل هذه الصفحة.' },
    login_cancelled: { title: 'لقد ألغيت تسجيل الدخول', text: 'لم يتغير شيء.' },
    login_denied: { title: 'لم يتم تسجيل دخولك', text: 'ألغي تسجيل الدخول أو لا تسمح به شركتك.' },
    login_refused: { title: 'ليس لديك حق الوصول', text: 'لا يمكن لهذا الحساب تسجيل الدخول هنا.' },
  },
}
