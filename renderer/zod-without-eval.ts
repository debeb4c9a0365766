import { z } from 'zod';

/**
 * zod would compile parsers from text, which the page's policy forbids. Imported before anything that makes a
 * parser: each asks when it is made, and the question alone is a violation that the browser reports.
 */
z.config({ jitless: true });
