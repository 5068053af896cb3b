// Where to go after login: an address of this console, never another site's.

/** `next` if it is a path of this site, else `/`. `//evil` and `/\evil` are other sites to a browser. */
export function ownPath(next: string | null): string {
  if (!next || !next.startsWith('/') || next.startsWith('//') || next.startsWith('/\\') || next.startsWith('/login')) return '/';
  return next;
}
