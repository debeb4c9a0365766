import { z } from 'zod';

const sectionSchema = z.looseObject({ samples: z.unknown() });
const writtenSchema = z.looseObject({ sections: z.record(z.string(), sectionSchema) });

/**
 * One report of several runs' files, without the single samples: the sections of all, a later file's instead of an
 * earlier one's; the rest is the last one's.
 */
export function joinReports(texts: readonly string[]): z.infer<typeof writtenSchema> {
  const reports = texts.map((text) => writtenSchema.parse(JSON.parse(text)));
  const sections = reports.flatMap((report) => Object.entries(report.sections));
  return {
    ...reports.at(-1),
    sections: Object.fromEntries(
      sections.map(([name, section]) => [name, { ...section, samples: undefined }]),
    ),
  };
}
