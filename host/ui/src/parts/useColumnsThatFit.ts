// On a narrow screen a column that stays in place would hide all the others.
import { Grid, type TableProps } from 'antd';

export function useColumnsThatFit<T>(columns: TableProps<T>['columns']): TableProps<T>['columns'] {
  const { lg } = Grid.useBreakpoint();
  return lg ? columns : columns?.map((column) => ({ ...column, fixed: undefined }));
}
