// The title of the window, for pages that have a head of their own (the others have it from PageHead).
import { useEffect } from 'react';

/** Without a title, as while a page loads, the window keeps the one that it has. */
export function usePageTitle(title: string | undefined) {
  useEffect(() => {
    if (title !== undefined) document.title = `${title} · gavia`;
  }, [title]);
}
