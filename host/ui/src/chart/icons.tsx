// Small signs in a state's node: who or what acts there in an unusual way.
import { ApartmentOutlined, ApiOutlined, AppstoreOutlined, CodeOutlined, EyeInvisibleOutlined, TeamOutlined } from '@ant-design/icons';
import type { ComponentType } from 'react';
import type { State } from './document';
import { chartTexts, type ChartTexts } from './texts';
import { useText } from '../text/language';

type Sign = keyof ChartTexts['icons'];

const SIGNS: Record<Sign, ComponentType<{ title?: string }>> = {
  script: CodeOutlined,
  hook: ApiOutlined,
  plugin: AppstoreOutlined,
  everybody: TeamOutlined,
  children: ApartmentOutlined,
  hidden: EyeInvisibleOutlined,
};

export function signsOf(state: State): Sign[] {
  const { kind } = state.participant;
  const signs: Sign[] = [];
  if (kind === 'script' || kind === 'hook' || kind === 'plugin') signs.push(kind);
  const shared = kind === 'several' || kind === 'department' || kind === 'role' || kind === 'field' || kind === 'parent_field' || kind === 'plugin';
  if (kind === 'everybody' || (shared && state.distribution === 'everybody')) signs.push('everybody');
  if (state.sub_workflow_id !== 0) signs.push('children');
  if (state.is_hidden) signs.push('hidden');
  return signs;
}

export function Signs({ state }: { state: State }) {
  const t = useText(chartTexts);
  return (
    <>
      {signsOf(state).map((sign) => {
        const Icon = SIGNS[sign];
        return (
          <span key={sign} className="chart-sign" title={t.icons[sign]} data-testid={`chart-sign-${sign}`}>
            <Icon />
          </span>
        );
      })}
    </>
  );
}
