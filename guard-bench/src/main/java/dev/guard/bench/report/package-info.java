/** How results are written: Markdown for readers, JSON for programs, SVG for a glance. */
@NullMarked
package dev.guard.bench.report;

import org.jspecify.annotations.NullMarked;
