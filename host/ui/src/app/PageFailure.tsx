// Shown when a page fails to load or to draw: what went wrong, and a way to try again.
import { useRouteError } from 'react-router';
import { Failure } from '../parts/Failure';

export function PageFailure() {
  const error = useRouteError();
  return <Failure error={error} onRetry={() => window.location.reload()} />;
}
