// The end of a session: who hears of it, and that signing out asks the page that is left.
import { createMemoryRouter } from 'react-router';
import { afterEach, expect, it, vi } from 'vitest';
import { onSessionEnd, v2 } from '../api/client';
import { uploadV2 } from '../api/upload';
import { logout } from './session';

afterEach(() => vi.unstubAllGlobals());

function answering(status: number) {
  const fetched = vi.fn(async (_path: string, _options: RequestInit) => new Response(null, { status }));
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

/** Where somebody signs out of a page that lets nobody go before it is told to. */
async function leaving() {
  const router = createMemoryRouter([{ path: '/' }, { path: '/login' }, { path: '/logout', action: logout }]);
  router.getBlocker('unsaved', () => true);
  await router.navigate('/logout', { formMethod: 'post', formData: new FormData() });
  return { router, guard: () => router.state.blockers.get('unsaved') };
}

it('ends no session while unsaved changes hold one back', async () => {
  const fetched = answering(204);
  const { router, guard } = await leaving();
  guard()?.reset?.();
  expect([router.state.location.pathname, fetched.mock.calls.length]).toEqual(['/', 0]);
});

it('ends the session once they are let go, and leads to the login page', async () => {
  const fetched = answering(204);
  const { router, guard } = await leaving();
  guard()?.proceed?.();
  await vi.waitFor(() => expect(router.state.location.pathname).toBe('/login'));
  expect(fetched.mock.calls.map(([path, options]) => [options.method, path])).toEqual([['DELETE', '/api/v2/session']]);
});

it('leads nobody to the login page whose session could not be ended', async () => {
  answering(500);
  const { router, guard } = await leaving();
  guard()?.proceed?.();
  await vi.waitFor(() => expect(router.state.location.pathname).toBe('/logout'));
  expect(Object.values(router.state.actionData ?? {})).toEqual([expect.objectContaining({ status: 500 })]);
});

it('hears from calls and from uploads that the session is over', async () => {
  answering(401);
  class Refused {
    status = 401;
    responseText = '';
    upload = {};
    onload = () => {};
    open() {}
    setRequestHeader() {}
    send() {
      this.onload();
    }
  }
  vi.stubGlobal('XMLHttpRequest', Refused);
  const heard = vi.fn();
  const undo = onSessionEnd(heard);
  await expect(v2('GET', 'overview')).rejects.toThrow();
  await expect(uploadV2('plugins', new FormData(), () => {})).rejects.toThrow();
  undo();
  expect(heard).toHaveBeenCalledTimes(2);
});
