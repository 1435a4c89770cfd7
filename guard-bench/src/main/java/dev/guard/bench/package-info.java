/** Benchmarks of guard beside its peers. */
@NullMarked
package dev.guard.bench;

import org.jspecify.annotations.NullMarked;
