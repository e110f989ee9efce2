/** What this tab remembers of the widget from page to page; nothing before the first opening. */

export interface Remembered {
  open?: boolean;
  /** There is an open conversation, so that its unread messages matter. */
  live?: boolean;
  accent?: string;
  position?: string;
}

/** What is known, and the way to add to it. */
export function createMemory(site: string): [Remembered, (news: Remembered) => void] {
  const key = `cland-chat:${site}`;
  let known: Remembered = {};
  try {
    known = Object(JSON.parse(sessionStorage.getItem(key) ?? "{}")) as Remembered;
  } catch {
    // Nothing readable is nothing known.
  }
  return [
    known,
    (news) => {
      Object.assign(known, news);
      try {
        sessionStorage.setItem(key, JSON.stringify(known));
      } catch {
        // Without storage the widget is just closed on the next page.
      }
    },
  ];
}
