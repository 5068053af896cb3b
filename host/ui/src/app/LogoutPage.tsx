// Signing out is a way to an address, so that a page with unsaved changes asks first, as on every other way; the session ends on arrival.
// It must be sent there (POST, within the console): a mere link, which anybody may place anywhere, signs nobody out.
import { Navigate, useActionData, useSubmit } from 'react-router';
import { Failure } from '../parts/Failure';

export const LOGOUT_PATH = '/logout';

export function useLogout(): () => void {
  const submit = useSubmit();
  return () => void submit(null, { method: 'post', action: LOGOUT_PATH });
}

/** Seen only when the session could not be ended. */
export function LogoutPage() {
  const error: unknown = useActionData();
  const logout = useLogout();
  return error ? <Failure error={error} onRetry={logout} /> : <Navigate replace to="/" />;
}
