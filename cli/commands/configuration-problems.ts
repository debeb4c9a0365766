import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** What is wrong with a configuration of `source`, a line each: where, and what. */
export function configurationProblems(source: string, error: z.ZodError): [string, ...string[]] {
  const [first = 'not valid', ...others] = error.issues.flatMap((issue) => lines(issue, []));
  return [`${source}: ${first}.`, ...others];
}

/** Where one of several forms was to be given, zod says that it is none of them. What is wrong with the one that was meant helps more. */
function lines(issue: Issue, above: readonly PropertyKey[]): readonly string[] {
  const path = [...above, ...issue.path];
  const forms = issue.code === 'invalid_union' ? issue.errors.filter((form) => !isAnotherForm(form)) : [];
  const [meant, ...others] = forms;
  if (meant !== undefined && others.length === 0) return meant.flatMap((inner) => lines(inner, path));
  return [path.length === 0 ? issue.message : `${path.map(String).join('.')}: ${issue.message}`];
}

/** A text where an object was to be, or another text. */
function isAnotherForm(issues: readonly Issue[]): boolean {
  return issues.some(
    ({ path, code }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'),
  );
}
