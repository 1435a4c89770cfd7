/** Benchmarks of guard beside its peers and beside the least that the work can cost. */
@NullMarked
package dev.guard.bench;

import org.jspecify.annotations.NullMarked;
