// The chart's door: the page of /workflows/:id/chart, and the chart itself for other screens.
export { ChartPage as Page } from './ChartPage';
export { FlowChart, WorkflowChart } from './FlowChart';
export type { Visit } from './path';
