import type { z } from 'zod';

/**
 * Words for what the profile schema refuses without words of its own, for `safeParse`'s `error` option.
 * What was typed is quoted only where one of several entries is meant.
 */
export const profileIssueText: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'Enter a value' : TYPES[issue.expected];
    case 'invalid_value':
      return `Choose one of: ${issue.values.join(', ')}`;
    case 'invalid_union':
      // the only union is that of the two ways to get an address
      return 'Choose auto or static';
    case 'invalid_format':
      return formatText(issue.format, issue.input);
    case 'too_big':
      return issue.origin === 'array' ? `At most ${issue.maximum} entries` : `At most ${issue.maximum}`;
    case 'too_small':
      return `At least ${issue.minimum}`;
    default:
      return 'This is not a value it can have';
  }
};

const TYPES: Readonly<Record<string, string>> = {
  string: 'Enter text',
  number: 'Enter a number',
  int: 'Enter a whole number',
  boolean: 'Choose yes or no',
  array: 'Enter a list',
  object: 'Enter a group of fields',
};

function formatText(format: string, input: unknown): string {
  const typed = typeof input === 'string' && input !== '' ? `“${input.slice(0, 60)}”` : 'This';
  switch (format) {
    case 'ipv4':
      return `${typed} is not an IP address such as 192.168.1.10`;
    case 'cidrv4':
      return `${typed} is not a network such as 192.168.10.0/24`;
    case 'datetime':
      return `${typed} is not a time such as 2026-01-31T12:00:00Z`;
    case 'uuid':
      return `${typed} is not an id of a profile`;
    default:
      return `${typed} is not written as it should be`;
  }
}
