/** The few words of the launcher; everything else is said inside the frame. */

export interface LauncherWords {
  open: string;
  close: string;
  title: string;
  unread: string;
}

const ENGLISH: LauncherWords = { open: "Open chat", close: "Close chat", title: "Chat", unread: "unread: " };

const CHINESE: LauncherWords = { open: "打开聊天", close: "关闭聊天", title: "在线聊天", unread: "未读：" };

/** By the first of: the tag or setLocale, the page's language, the browser's. */
export function launcherWords(locale: string): LauncherWords {
  const wishes = [locale, document.documentElement.lang, navigator.language];
  const wish = wishes.find((language) => /^(zh|en)/i.test(language ?? ""));
  return /^zh/i.test(wish ?? "") ? CHINESE : ENGLISH;
}
