/** Faults of a store, of its process and of the way to it, for tests of what a backend does then. */
@NullMarked
package dev.guard.tck.fault;

import org.jspecify.annotations.NullMarked;
