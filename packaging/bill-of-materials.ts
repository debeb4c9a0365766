import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import type { NpmPackage } from './contents/npm-packages.ts';
import { PROJECT } from './project.ts';
import { runCommand } from './run-command.ts';
import type { Runtime } from './runtime.ts';

export interface PackageFacts {
  /** Unix seconds. */
  readonly date: number;
  /** Of the package: `pkg:deb/smart-vpn-client-cli@0.1.0?arch=amd64`. */
  readonly packageUrl: string;
  readonly packages: readonly NpmPackage[];
  readonly runtime: Runtime;
}

/** What is inside a package, as CycloneDX 1.6 JSON: the registry's packages in the bundles, koffi, Node and its parts. */
export async function billOfMaterials({
  date,
  packageUrl,
  packages,
  runtime,
}: PackageFacts): Promise<string> {
  const program = new Models.Component(Enums.ComponentType.Application, PROJECT.packageName, {
    bomRef: packageUrl,
    version: PROJECT.version,
    purl: packageUrl,
    description: PROJECT.summary,
    licenses: licence(PROJECT.licence),
  });
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ timestamp: new Date(date * 1000), component: program }),
  });
  const components = new Map(packages.map((found) => [found.folder, npmComponent(found)]));
  for (const found of packages) {
    const component = components.get(found.folder);
    if (component === undefined) continue;
    bom.components.add(component);
    program.dependencies.add(component.bomRef);
    for (const used of found.uses) {
      const other = components.get(used);
      if (other !== undefined) component.dependencies.add(other.bomRef);
    }
  }
  const node = await nodeComponent(runtime);
  bom.components.add(node);
  program.dependencies.add(node.bomRef);
  // Of the content, so that the same content has the same number.
  bom.serialNumber = undefined;
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  const write = (): string => serializer.serialize(bom, { sortLists: true, space: 2 });
  bom.serialNumber = `urn:uuid:${uuidOf(write())}`;
  return `${write()}\n`;
}

function npmComponent({ folder, name, version, licence: terms, integrity }: NpmPackage): Models.Component {
  const [scope, short] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const packageUrl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return new Models.Component(Enums.ComponentType.Library, short ?? name, {
    ...(scope === undefined ? {} : { group: scope }),
    version,
    bomRef: folder,
    purl: packageUrl,
    licenses: licence(terms),
    hashes: new Models.HashDictionary(
      integrity?.startsWith('sha512-') === true
        ? [[Enums.HashAlgorithm['SHA-512'], Buffer.from(integrity.slice(7), 'base64').toString('hex')]]
        : [],
    ),
  });
}

/** With what is built into it, as it says itself; of another processor's binary that cannot be asked. */
async function nodeComponent({ nodeBinary, nodeVersion, architecture }: Runtime): Promise<Models.Component> {
  const digest = createHash('sha256').update(await readFile(nodeBinary));
  const node = new Models.Component(Enums.ComponentType.Platform, 'node', {
    version: nodeVersion,
    bomRef: `node-${architecture.npm}`,
    purl: `pkg:generic/node@${nodeVersion}`,
    licenses: licence('MIT'),
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], digest.digest('hex')]]),
  });
  if (architecture.npm !== process.arch) return node;
  for (const [name, version] of Object.entries(await partsOf(nodeBinary))) {
    node.components.add(
      new Models.Component(Enums.ComponentType.Library, name, {
        version,
        bomRef: `node-${architecture.npm}/${name}`,
        purl: `pkg:generic/${name}@${encodeURIComponent(version)}`,
      }),
    );
  }
  return node;
}

/** Versions of interfaces and of tables are none of parts. */
const NO_PARTS = new Set(['node', 'modules', 'napi', 'unicode', 'cldr', 'tz']);

async function partsOf(nodeBinary: string): Promise<Readonly<Record<string, string>>> {
  const script = 'for (const part of Object.entries(process.versions)) console.log(part.join(" "))';
  const lines = (await runCommand(nodeBinary, ['-e', script])).trim().split('\n');
  const parts = lines.map((line) => line.split(' '));
  return Object.fromEntries(
    parts.flatMap(([name = '', version = '']) =>
      version === '' || NO_PARTS.has(name) ? [] : [[name, version]],
    ),
  );
}

function licence(terms: string): Models.LicenseRepository {
  const one = /^[\w.+-]+$/.test(terms) ? new Models.SpdxLicense(terms) : new Models.LicenseExpression(terms);
  return new Models.LicenseRepository([one]);
}

/** A UUID (version 8, RFC 9562) of a text. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
