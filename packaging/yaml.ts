import { createRequire } from 'node:module';

/** What is used of js-yaml, which brings no types. */
interface JsYaml {
  load(text: string): unknown;
}

const yaml: JsYaml = createRequire(import.meta.url)('js-yaml');

/** Throws where the text is no YAML. */
export function parseYaml(text: string): unknown {
  return yaml.load(text);
}
