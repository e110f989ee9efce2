/** What the browser keeps of a visitor, per site: the token, and which conversation is the current one. */

export class VisitorStore {
  private readonly memory = new Map<string, string>();

  constructor(private readonly site: string) {}

  get token(): string | null {
    return this.read("token");
  }

  set token(value: string | null) {
    this.write("token", value);
  }

  /** Tells the visitor's other tabs which conversation they should show. */
  set session(value: string | null) {
    this.write("session", value);
  }

  /** The visitor has given an e-mail address; which one is nobody's business here. */
  get hasEmail(): boolean {
    return this.read("email") !== null;
  }

  set hasEmail(value: boolean) {
    this.write("email", value ? "1" : null);
  }

  /** Another tab of this visitor began, changed or forgot a conversation. */
  onOtherTab(react: () => void): void {
    addEventListener("storage", (event) => {
      if (event.storageArea === localOrNull() && event.key?.startsWith(this.key(""))) react();
    });
  }

  private key(name: string): string {
    return `cland:${this.site}:${name}`;
  }

  private read(name: string): string | null {
    try {
      return localStorage.getItem(this.key(name)) ?? this.memory.get(name) ?? null;
    } catch {
      return this.memory.get(name) ?? null;
    }
  }

  private write(name: string, value: string | null): void {
    if (value === null) this.memory.delete(name);
    else this.memory.set(name, value);
    try {
      if (value === null) localStorage.removeItem(this.key(name));
      else localStorage.setItem(this.key(name), value);
    } catch {
      // Blocked storage (private windows, strict settings): it lives as long as this page.
    }
  }
}

function localOrNull(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** sessionStorage, or null where it is blocked. */
export function tabStorage(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
