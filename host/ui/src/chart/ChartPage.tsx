// Page of /workflows/:id/chart.
export function ChartPage() {
  return null;
}
