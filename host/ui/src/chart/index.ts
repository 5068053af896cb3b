// The chart's door: the page of /workflows/:id/chart.
export { ChartPage as Page } from './ChartPage';
