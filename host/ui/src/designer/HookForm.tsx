// The call that a hook state makes: where to, signed by which token, whether it waits for a callback, and what is sent along.
// The server shows a stored token masked and keeps it when the mask comes back.
import { Input, Switch } from 'antd';
import type { Json, JsonObject, Participant } from '../chart/document';
import { useText } from '../text/language';
import { Entry } from './Entry';
import { designerTexts } from './texts';

interface Props {
  value: Participant['value'];
  stateKey: string;
  onChange: (value: JsonObject, tag?: string) => void;
}

export function HookForm({ value, stateKey, onChange }: Props) {
  const t = useText(designerTexts);
  const hook: JsonObject = typeof value === 'object' ? value : {};
  const text = (member: string) => (typeof hook[member] === 'string' ? hook[member] : '');
  const set = (changes: JsonObject, tag?: string) => onChange({ ...hook, ...changes }, tag && `${stateKey} ${tag}`);
  const url = text('hook_url');
  return (
    <>
      <Entry label={t.hook.url} hint={t.hook.urlHint} id="hook-url">
        <Input id="hook-url" type="url" value={url} placeholder="https://" onChange={(event) => set({ hook_url: event.target.value }, 'url')} data-testid="hook-url" />
      </Entry>
      <Entry label={t.hook.token} hint={t.hook.tokenHint} id="hook-token">
        <Input.Password
          id="hook-token"
          autoComplete="new-password"
          value={text('hook_token')}
          onChange={(event) => set({ hook_token: event.target.value }, 'token')}
          data-testid="hook-token"
        />
      </Entry>
      <Entry label={t.hook.wait} hint={t.hook.waitHint} id="hook-wait">
        <Switch id="hook-wait" checked={hook.wait === true} onChange={(wait) => set({ wait })} data-testid="hook-wait" />
      </Entry>
      <Entry label={t.hook.extra} hint={t.hook.extraHint} id="hook-extra">
        <Input.TextArea
          id="hook-extra"
          autoSize={{ minRows: 1, maxRows: 6 }}
          value={written(hook.extra_info)}
          onChange={(event) => onChange(withExtra(hook, event.target.value), `${stateKey} extra`)}
          data-testid="hook-extra"
        />
      </Entry>
    </>
  );
}

function written(extra: Json | undefined): string {
  return extra === undefined ? '' : typeof extra === 'string' ? extra : JSON.stringify(extra);
}

function withExtra(hook: JsonObject, text: string): JsonObject {
  const { extra_info: _, ...rest } = hook;
  return text === '' ? rest : { ...rest, extra_info: text };
}
