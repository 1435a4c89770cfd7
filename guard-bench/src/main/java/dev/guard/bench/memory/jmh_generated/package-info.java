/** Where JMH's annotation processor puts its classes; here only so that the package is null-marked like all others. */
@NullMarked
package dev.guard.bench.memory.jmh_generated;

import org.jspecify.annotations.NullMarked;
