// A plugin by name, of one kind; for states, workflows, notices and run scripts.
import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { v2 } from '../api/client';
import type { CursorPage, Schema } from '../api/types';
import { useText } from '../text/language';
import { pluginTexts } from './texts';

export type PluginKind = 'action' | 'participants' | 'notice' | 'condition';

export type PluginCard = Schema['PluginCard'];

interface Props {
  kind: PluginKind;
  value?: string;
  onChange?: (name: string) => void;
  id?: string;
  placeholder?: string;
  'data-testid'?: string;
  'aria-label'?: string;
}

/** Gives the plugin's name, '' for none. One without an active version is offered too, and says so. */
export function PluginPicker({ kind, value, onChange, ...rest }: Props) {
  const t = useText(pluginTexts);
  const plugins = useQuery({
    queryKey: ['plugins', { limit: 500 }],
    queryFn: ({ signal }) => v2<CursorPage<PluginCard>>('GET', 'plugins', { query: { limit: 500 }, signal }),
  });
  const fit = (plugins.data?.items ?? []).filter((one) => one.kinds.includes(kind));
  return (
    <Select
      {...rest}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={rest.placeholder ?? t.pick}
      loading={plugins.isPending}
      value={value || undefined}
      onChange={(name: string | undefined) => onChange?.(name ?? '')}
      options={fit.map((one) => ({ value: one.name, label: one.active_version === null ? `${one.name} (${t.inactive})` : one.name }))}
    />
  );
}
