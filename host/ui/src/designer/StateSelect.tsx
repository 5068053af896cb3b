// Picks a state of this workflow.
import { Select } from 'antd';
import { useDesign } from './design';

interface Props {
  id: string;
  value: string | null;
  label?: string;
  onChange: (key: string) => void;
}

export function StateSelect({ id, value, label, onChange }: Props) {
  const { document } = useDesign();
  return (
    <Select<string>
      id={id}
      aria-label={label}
      style={{ width: '100%' }}
      value={value}
      showSearch={{ optionFilterProp: 'label' }}
      options={document.states.map((state) => ({ value: state.key, label: state.name || state.key }))}
      onChange={onChange}
      data-testid={id}
    />
  );
}
