// Picks users, departments, roles, scripts, notices, workflows or plugins by name; the document holds names or ids with commas.
import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useEffect, useState } from 'react';
import { useText } from '../../text/language';
import { common } from '../../text/common';
import { designerTexts } from '../texts';
import { known, search, type Source } from './sources';

interface Props {
  id: string;
  source: Source;
  /** Comma-separated. */
  value: string;
  isMultiple?: boolean;
  onChange: (value: string) => void;
  ariaLabel?: string;
}

export function Picker({ id, source, value, isMultiple, onChange, ariaLabel }: Props) {
  const t = useText(designerTexts);
  const shared = useText(common);
  const [words, setWords] = useState('');
  const [isOpen, setOpen] = useState(false);
  const asked = useSettled(words, 250);
  const chosen = value.split(',').map((one) => one.trim()).filter((one) => one !== '');
  const found = useQuery({ queryKey: ['pick', source, asked], queryFn: ({ signal }) => search(source, asked, signal), enabled: isOpen });
  const names = useQuery({
    queryKey: ['pick-names', source, source === 'user' ? value : ''],
    queryFn: ({ signal }) => known(source, chosen, signal),
    enabled: chosen.length > 0,
    staleTime: 60_000,
  });
  const options = found.data ?? [];
  const labels = new Map([...(names.data ?? []), ...options].map((choice) => [choice.value, choice.label]));
  // what is chosen has its name also when the present search does not find it
  const unlisted = chosen.filter((one) => !options.some((choice) => choice.value === one));
  const shown = [...options, ...(words === '' ? unlisted.map((one) => ({ value: one, label: labels.get(one) ?? one })) : [])];
  const selection = chosen.map((one) => ({ value: one, label: labels.get(one) ?? one }));

  return (
    <Select<{ value: string; label: string } | { value: string; label: string }[] | null>
      id={id}
      aria-label={ariaLabel}
      labelInValue
      allowClear
      style={{ width: '100%' }}
      mode={isMultiple ? 'multiple' : undefined}
      placeholder={t.participant.pick}
      value={isMultiple ? selection : (selection[0] ?? null)}
      options={shown}
      loading={found.isFetching}
      notFoundContent={found.isFetching ? shared.loading : shared.nothingFound}
      showSearch={{ filterOption: false, onSearch: setWords, searchValue: words }}
      onOpenChange={(open) => {
        setOpen(open);
        if (!open) setWords('');
      }}
      onChange={(next) => onChange((Array.isArray(next) ? next : next ? [next] : []).map((one) => one.value).join(','))}
      data-testid={id}
    />
  );
}

/** The value once it has not changed for a while. */
export function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}
