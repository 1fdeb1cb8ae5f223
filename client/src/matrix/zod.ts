import { z } from "zod/mini";

// zod makes functions out of strings for speed, and even to find out whether it may; the page's
// Content-Security-Policy forbids that, and reports the attempt. So it is told before the first schema
// is made: whoever makes schemas in this folder takes zod from here.
z.config({ jitless: true });

export { z };
