// The search box of a picker whose choices come from the server. After a choice antd empties the box without a word to `onSearch`, so that
// the list would stay at what is not asked for any more: what stands in the box is kept here, and goes with the choice or the list.
import { useState } from 'react';

export function useSearchBox() {
  const [words, setWords] = useState('');
  const select = {
    showSearch: { filterOption: false as const, onSearch: setWords, searchValue: words },
    onSelect: () => setWords(''),
    onOpenChange: (isOpen: boolean) => {
      if (!isOpen) setWords('');
    },
  };
  return { words, select };
}
