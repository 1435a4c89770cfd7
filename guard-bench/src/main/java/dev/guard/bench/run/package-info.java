/** How work is measured: items of work with their contestants and bars, in rounds, and what came out. */
@NullMarked
package dev.guard.bench.run;

import org.jspecify.annotations.NullMarked;
