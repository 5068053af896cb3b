// The designer's door: the page of /workflows/:id/design.
export { DesignerPage as Page } from './DesignerPage';
