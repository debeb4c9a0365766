import { PROJECT } from '../project.ts';

export const METAINFO_ID = 'io.github.smart_vpn_client.smartvpn';

/** For software centres (AppStream 1.0). `date`: of this version, in Unix seconds. */
export function metainfo(date: number): string {
  const paragraphs = PROJECT.description.map((text) => `    <p>${xml(text)}</p>`).join('\n');
  const developer = PROJECT.maintainer.replace(/ <.*/, '');
  return `<?xml version="1.0" encoding="UTF-8"?>
<component type="desktop-application">
  <id>${METAINFO_ID}</id>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>${PROJECT.licence}</project_license>
  <name>Smart VPN Client (browser)</name>
  <summary>${xml(PROJECT.summary)}</summary>
  <developer id="io.github.smart_vpn_client">
    <name>${xml(developer)}</name>
  </developer>
  <description>
${paragraphs}
  </description>
  <launchable type="desktop-id">${PROJECT.program}.desktop</launchable>
  <icon type="stock">${PROJECT.program}</icon>
  <provides>
    <binary>${PROJECT.program}</binary>
  </provides>
  <categories>
    <category>Network</category>
  </categories>
  <content_rating type="oars-1.1"/>
  <releases>
    <release version="${PROJECT.version}" date="${new Date(date * 1000).toISOString().slice(0, 10)}"/>
  </releases>
</component>
`;
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
