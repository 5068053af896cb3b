// The document's views: chart, fields, grid of access, settings, findings. One is shown at a time and has the whole room.
import { Segmented } from 'antd';
import { AccessGrid } from './AccessGrid';
import { ChartTab } from './ChartTab';
import { useDesign, type Tab } from './design';
import { FieldsTab } from './FieldsTab';
import { FindingsTab } from './FindingsTab';
import { SettingsTab } from './SettingsTab';
import { designerTexts } from './texts';
import { useText } from '../text/language';

const TABS: Tab[] = ['chart', 'fields', 'access', 'settings', 'findings'];

export function Tabs({ isChecked }: { isChecked: boolean }) {
  const t = useText(designerTexts);
  const { tab, openTab, problems } = useDesign();
  const count = problems.length > 0 ? ` (${problems.length})` : '';
  return (
    <>
      <Segmented<Tab>
        style={{ alignSelf: 'start', margin: '10px 0' }}
        aria-label={t.title}
        value={tab}
        options={TABS.map((one) => ({ value: one, label: <span data-testid={`designer-tab-${one}`}>{t.tabs[one] + (one === 'findings' ? count : '')}</span> }))}
        onChange={openTab}
      />
      <div className="designer-body">
        {tab === 'chart' && <ChartTab />}
        {tab === 'fields' && <FieldsTab />}
        {tab === 'access' && <AccessGrid />}
        {tab === 'settings' && <SettingsTab />}
        {tab === 'findings' && <FindingsTab isChecked={isChecked} />}
      </div>
    </>
  );
}
