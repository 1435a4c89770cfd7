/**
 * The contract of a backend as tests: a backend's author implements one interface for each port, with one method, and runs
 * them.
 */
@NullMarked
package dev.guard.tck;

import org.jspecify.annotations.NullMarked;
