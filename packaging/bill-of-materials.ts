import { createHash } from 'node:crypto';
import type { NpmPackage } from './contents/npm-packages.ts';
import { PROJECT } from './project.ts';

export interface PackageFacts {
  /** Unix seconds. */
  readonly date: number;
  /** The package's name. */
  readonly name: string;
  /** `pkg:deb/smart-vpn-client-cli@0.1.0?arch=amd64` */
  readonly packageUrl: string;
  readonly packages: readonly NpmPackage[];
  /** What runs them. */
  readonly platform: Component;
}

/** What is used here of a component (CycloneDX 1.6, "component"). */
export interface Component {
  readonly type: 'application' | 'library' | 'platform';
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly hashes?: readonly Hash[];
  readonly licenses?: readonly [
    { readonly license: { readonly id: string } } | { readonly expression: string },
  ];
  readonly purl: string;
  readonly components?: readonly Component[];
}

interface Hash {
  readonly alg: 'SHA-256' | 'SHA-512';
  readonly content: string;
}

/**
 * What is inside a package, as CycloneDX 1.6 JSON: the registry's packages in the bundles, koffi, and what runs them.
 * Its serial number is of its content: the same content, the same text.
 */
export function billOfMaterials(facts: PackageFacts): string {
  const { date, name, packageUrl, packages, platform } = facts;
  const program: Component = {
    type: 'application',
    'bom-ref': packageUrl,
    name,
    version: PROJECT.version,
    description: PROJECT.summary,
    licenses: licence(PROJECT.licence),
    purl: packageUrl,
  };
  const components = [...packages.map(npmComponent), platform];
  const content = {
    version: 1,
    metadata: { timestamp: new Date(date * 1000).toISOString(), component: program },
    components,
    dependencies: [
      { ref: packageUrl, dependsOn: components.map((component) => component['bom-ref']) },
      ...packages.map(({ folder, uses }) => ({ ref: folder, dependsOn: uses.toSorted() })),
    ],
  };
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`,
    ...content,
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

function npmComponent({ folder, name, version, licence: terms, integrity }: NpmPackage): Component {
  const [scope, short] = name.startsWith('@') ? name.split('/') : [undefined, name];
  return {
    type: 'library',
    'bom-ref': folder,
    ...(scope === undefined ? {} : { group: scope }),
    name: short ?? name,
    version,
    ...(integrity === undefined ? {} : { hashes: [archiveHash(integrity)] }),
    licenses: licence(terms),
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
  };
}

/** `sha512-` and base64, as package-lock.json has it. */
function archiveHash(integrity: string): Hash {
  const content = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
  return { alg: 'SHA-512', content };
}

/** One licence by its SPDX name, several as an SPDX expression. */
export function licence(terms: string): NonNullable<Component['licenses']> {
  return /^[\w.+-]+$/.test(terms) ? [{ license: { id: terms } }] : [{ expression: terms }];
}

/** A UUID of a text (version 8, RFC 9562). */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
