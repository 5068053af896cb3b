// The settings that a plugin's manifest declares, and what is sent of what was typed.
import type { ManifestSetting, Plugin } from './types';

/** Of the active version, or else of the newest. */
export function declaredSettings(plugin: Pick<Plugin, 'versions'>): ManifestSetting[] {
  const newest = [...plugin.versions].sort((a, b) => b.number - a.number);
  const shown = newest.find((version) => version.is_active) ?? newest[0];
  return shown?.manifest?.settings ?? [];
}

/** Texts only; what is empty is not set, so that the plugin's default counts. */
export function settingsEntry(typed: Record<string, string | undefined | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(typed).filter((pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1] !== ''));
}
