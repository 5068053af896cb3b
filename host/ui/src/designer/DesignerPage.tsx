// Page of /workflows/:id/design.
export function DesignerPage() {
  return null;
}
