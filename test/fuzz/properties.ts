import { codecProperties } from './codec-properties.ts';
import { httpProperties } from './http-properties.ts';
import type { NamedProperty } from './named-property.ts';
import { pppProperties } from './ppp-properties.ts';

/** Everything that parses what a stranger sends. */
export const PROPERTIES: readonly NamedProperty[] = [...codecProperties, ...httpProperties, ...pppProperties];
