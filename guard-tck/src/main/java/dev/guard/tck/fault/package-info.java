/** Faults between a backend and its store, for tests of what the backend does then. */
@NullMarked
package dev.guard.tck.fault;

import org.jspecify.annotations.NullMarked;
