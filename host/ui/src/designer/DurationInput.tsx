// A time in whole days, hours, minutes or seconds.
import { InputNumber, Select, Space } from 'antd';
import { useState } from 'react';
import { useText } from '../text/language';
import { secondsOf, unitOf, UNITS, type Unit } from './duration';
import { designerTexts } from './texts';

export function DurationInput({ id, seconds, onChange }: { id: string; seconds: number; onChange: (seconds: number) => void }) {
  const t = useText(designerTexts);
  const [chosen, setChosen] = useState<Unit | null>(null);
  const unit = chosen ?? unitOf(seconds);
  return (
    <Space.Compact style={{ width: '100%' }}>
      <InputNumber
        id={id}
        min={0}
        style={{ flex: 1 }}
        value={Math.round((seconds / UNITS[unit]) * 1000) / 1000}
        onChange={(count) => {
          setChosen(unit);
          onChange(secondsOf(count ?? 0, unit));
        }}
        data-testid={id}
      />
      <Select<Unit>
        style={{ width: 110 }}
        value={unit}
        aria-label={t.transition.timer}
        options={(Object.keys(UNITS) as Unit[]).map((one) => ({ value: one, label: t.units[one] }))}
        onChange={(next) => {
          const count = seconds / UNITS[unit];
          setChosen(next);
          onChange(secondsOf(count, next));
        }}
        data-testid={`${id}-unit`}
      />
    </Space.Compact>
  );
}
